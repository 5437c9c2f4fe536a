import { F, noGrad, scope, stack, type Tensor } from '@egolens/torch'

/** Makes rows orthogonal one after the other (Gram and Schmidt), each keeping its length; more rows than columns begin anew. */
export function spreadOut(rows: Tensor): void {
  const width = rows.shape[1]!
  noGrad(() =>
    scope(() => {
      for (let m = 0; m < rows.shape[0]!; m++) {
        const row = rows.select(0, m)
        const length = row.norm().item()
        const before = m % width
        if (before > 0) {
          const basis = F.normalize(rows.narrow(0, m - before, before))
          // Twice: what rounding leaves of the others after one pass is as large as a short remainder.
          for (let pass = 0; pass < 2; pass++) row.sub_(basis.t().matmul(basis.matmul(row)))
        }
        row.mul_(length / row.norm().item())
      }
    }),
  )
}

/**
 * Means of clusters by cosine: each mean begins at the point that is farthest from those before, then ten rounds of
 * Lloyd. Nothing is drawn, so equal points give equal means.
 *
 * @param points at unit length, [n, d]
 * @returns [min(count, n), d] at unit length
 */
export function sphericalMeans(points: Tensor, count: number): Tensor {
  return scope(() => {
    const wanted = Math.min(count, points.shape[0]!)
    const firsts = [points.select(0, 0)]
    while (firsts.length < wanted) {
      const nearest = points.matmul(stack(firsts).t()).amax(1)
      firsts.push(points.select(0, nearest.argmin().item()))
    }
    let means = stack(firsts)
    for (let round = 0; round < 10; round++) {
      const member = F.oneHot(points.matmul(means.t()).argmax(1), wanted).to(points.dtype)
      const sums = member.t().matmul(points)
      // A cluster that nobody joined keeps its mean.
      const empty = member.sum(0).eq(0).unsqueeze(1).to(points.dtype)
      means = F.normalize(sums.add(means.mul(empty)))
    }
    return means
  })
}
