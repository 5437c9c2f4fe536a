/** Says what is wrong with a value of a pickle; the machine that meets it adds the place. */
export class Refusal extends Error {}
