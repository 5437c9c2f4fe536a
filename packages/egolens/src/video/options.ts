/** The programs that are run, and for each the options it may be given: no value, or one that fits the pattern. */
const WHOLE = /^\d+$/
const FLAG = null
const INPUT = /^(pipe:0|file:(\/|[a-z]:[\\/]).+)$/is
const OUTPUT = /^(pipe:1|file:(\/|[a-z]:[\\/]).+)$/is

/** What comes of strings in a filter graph: numbers, and the names of a few functions. */
const SELECT = /select='[-+*(),0-9a-z]+',/.source
const SHOW = /showinfo=checksum=0/.source
const SCALE = /,scale=\d+:\d+:flags=bicubic\+accurate_rnd\+full_chroma_int/.source
const TONE = /(,(zscale|tonemap|format)=[a-z0-9_:=.-]+){5}/.source
const FILTERS = new RegExp(
  `^(?:(?:${SELECT})?${SHOW}(?:${SCALE}(?:${TONE})?,format=rgb24)?|pad=ceil\\(iw/2\\)\\*2:ceil\\(ih/2\\)\\*2)$`,
)

const COMMON = {
  hide_banner: FLAG,
  loglevel: /^level\+(info|warning)$/,
  max_alloc: WHOLE,
  max_pixels: WHOLE,
  protocol_whitelist: /^(file|pipe)$/,
  format_whitelist: /^[a-z0-9,_]+$/,
  i: INPUT,
} as const

const OPTIONS = {
  ffmpeg: {
    ...COMMON,
    nostdin: FLAG,
    nostats: FLAG,
    y: FLAG,
    threads: WHOLE,
    filter_threads: WHOLE,
    copyts: FLAG,
    seek_timestamp: /^1$/,
    noaccurate_seek: FLAG,
    ss: /^-?\d+\.\d{6}$/,
    err_detect: /^explode$/,
    f: /^(avi|jpeg_pipe|png_pipe|rawvideo|null)$/,
    avioflags: /^direct$/,
    pix_fmt: /^(rgb24|yuv420p)$/,
    s: /^\d+x\d+$/,
    r: /^\d+\.\d{6}$/,
    map: /^0:V:0$/,
    an: FLAG,
    sn: FLAG,
    dn: FLAG,
    vf: FILTERS,
    fps_mode: /^passthrough$/,
    'frames:v': WHOLE,
    'c:v': /^libx264$/,
    preset: /^veryfast$/,
    crf: WHOLE,
    movflags: /^\+faststart$/,
  },
  ffprobe: {
    ...COMMON,
    select_streams: /^V:0$/,
    show_entries: /^[a-z0-9_,:=]+$/,
    of: /^compact$/,
    f: /^(avi|jpeg_pipe|png_pipe)$/,
  },
} as const

export type Program = keyof typeof OPTIONS

/** Values of options that a program knows, in the order in which they are written; a flag is `true`. */
export type Settings<P extends Program> = {
  [K in keyof (typeof OPTIONS)[P]]?: (typeof OPTIONS)[P][K] extends null ? true : string | number
}

/**
 * @example
 * options('ffmpeg', { nostdin: true, threads: 4 }) // ['-nostdin', '-threads', '4']
 */
export function options<P extends Program>(_program: P, settings: Settings<P>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    if (value === undefined) return []
    return value === true ? [`-${name}`] : [`-${name}`, String(value)]
  })
}

/**
 * Every command line passes here before it is run, whoever made it: only known options, with values of the expected
 * form, and files only by `file:` and an absolute path, so that no name of a file is taken for an option or a protocol.
 *
 * @throws TypeError for anything else, since it is a mistake of the program and not of its user
 */
export function checkCommand(program: Program, argv: readonly string[]): void {
  const known: Record<string, RegExp | null> = OPTIONS[program]
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at]!
    if (!argument.startsWith('-')) {
      if (program === 'ffmpeg' && at === argv.length - 1 && OUTPUT.test(argument)) return
      throw new TypeError(`${program} may not be given ${JSON.stringify(argument)}`)
    }
    const name = argument.slice(1)
    if (!Object.hasOwn(known, name)) throw new TypeError(`${program} may not be given the option ${argument}`)
    const pattern = known[name]
    if (pattern && !pattern.test(argv[++at] ?? '')) {
      throw new TypeError(`${program} may not be given ${argument} ${JSON.stringify(argv[at])}`)
    }
  }
}
