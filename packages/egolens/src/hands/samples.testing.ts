/** Small pickles that Python 3.11 with NumPy 1.24 wrote of made-up values, in base64. For tests. */
const decoded = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))

/** Raw 100DOH output of two images. */
export const dohProtocol4 = decoded(
  [
    'gASVsAEAAAAAAAB9lCiMG2ZyYW1lcy9mcmFtZV8wMDAwMDAwMDMwLmpwZ5R9lCiMCWhhbmRfZGV0c5SMFW51bXB5LmNvcmUubXVs',
    'dGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFycmF5lJOUSwCFlEMBYpSHlFKUKEsBSwJLCoaUaAeMBWR0eXBl',
    'lJOUjAJmNJSJiIeUUpQoSwOMATyUTk5OSv////9K/////0sAdJRiiUNQAAAgQQAAoEEAAHBCAACgQmZmZj8AAEBAbxKDOgAAgD8A',
    'AAAAAACAPwAAAAAAAAAAAACgQQAAoEGamZk+AAAAAAAAAAAAAAAAAAAAAAAAAACUdJRijAhvYmpfZGV0c5RoBmgJSwCFlGgLh5RS',
    'lChLAUsCSwqGlGgTiUNQAABwQgAA8EEAAMhCAABwQgAAAD8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABZDAACgQQAANEPNzMw+',
    'AAAAAAAAAAAAAAAAAAAAAAAAAACUdJRidYwbZnJhbWVzL2ZyYW1lXzAwMDAwMDAwNjAuanBnlH2UKGgDTmgYaBt1dS4=',
  ].join(''),
)

/** The same in an older protocol. */
export const dohProtocol2 = decoded(
  [
    'gAJ9cQAoWBsAAABmcmFtZXMvZnJhbWVfMDAwMDAwMDAzMC5qcGdxAX1xAihYCQAAAGhhbmRfZGV0c3EDY251bXB5LmNvcmUubXVs',
    'dGlhcnJheQpfcmVjb25zdHJ1Y3QKcQRjbnVtcHkKbmRhcnJheQpxBUsAhXEGY19jb2RlY3MKZW5jb2RlCnEHWAEAAABicQhYBgAA',
    'AGxhdGluMXEJhnEKUnELh3EMUnENKEsBSwJLCoZxDmNudW1weQpkdHlwZQpxD1gCAAAAZjRxEImIh3ERUnESKEsDWAEAAAA8cRNO',
    'Tk5K/////0r/////SwB0cRRiiWgHWFoAAAAAACBBAADCoEEAAHBCAADCoEJmZmY/AABAQG8SwoM6AADCgD8AAAAAAADCgD8AAAAA',
    'AAAAAAAAwqBBAADCoEHCmsKZwpk+AAAAAAAAAAAAAAAAAAAAAAAAAABxFWgJhnEWUnEXdHEYYlgIAAAAb2JqX2RldHNxGWgEaAVL',
    'AIVxGmgLh3EbUnEcKEsBSwJLCoZxHWgSiWgHWFYAAAAAAHBCAADDsEEAAMOIQgAAcEIAAAA/AAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'AAAAAAAWQwAAwqBBAAA0Q8ONw4zDjD4AAAAAAAAAAAAAAAAAAAAAAAAAAHEeaAmGcR9ScSB0cSFidVgbAAAAZnJhbWVzL2ZyYW1l',
    'XzAwMDAwMDAwNjAuanBncSJ9cSMoaANOaBloHHV1Lg==',
  ].join(''),
)

/** One clip of helping_hand_for_egocentric_videos with four frames. */
export const helpingHandsClip = decoded(
  [
    'gASVvQEAAAAAAAB9lEdAAMzMzMzMzX2UKIwEaW5mb5R9lCiMBmhlaWdodJRLyIwFd2lkdGiUS2R1SwB9lCiMCWhhbmRfZGV0c5SM',
    'FW51bXB5LmNvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFycmF5lJOUSwCFlEMBYpSHlFKUKEsB',
    'SwJLCoaUaAuMBWR0eXBllJOUjAJmNJSJiIeUUpQoSwOMATyUTk5OSv////9K/////0sAdJRiiUNQAAAgQQAAoEEAAHBCAACgQmZm',
    'Zj8AAEBAbxKDOgAAgD8AAAAAAACAPwAAAAAAAAAAAACgQQAAoEGamZk+AAAAAAAAAAAAAAAAAAAAAAAAAACUdJRijAhvYmpfZGV0',
    'c5RoCmgNSwCFlGgPh5RSlChLAUsCSwqGlGgXiUNQAABwQgAA8EEAAMhCAABwQgAAAD8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'ABZDAACgQQAANEPNzMw+AAAAAAAAAAAAAAAAAAAAAAAAAACUdJRidUsBfZQoaAdOaBxOdUsCfZQoaAdoEWgcTnVLA32UKGgHTmgc',
    'aB91dXMu',
  ].join(''),
)

/** X-MIC's boxes of one segment. */
export const boxesProtocol2 = decoded(
  ['gAJ9cQBYCQAAAFAwMV8xMDFfM3EBfXECKEt4KEsKSxRLPEtQdHEDSzwoSwBLAEtkS2R0cQR1cy4='].join(''),
)

/** The same with NumPy keys and values. */
export const boxesOfNumpy = decoded(
  [
    'gASVCQEAAAAAAAB9lIwJUDAxXzEwMV8zlH2UKIwVbnVtcHkuY29yZS5tdWx0aWFycmF5lIwGc2NhbGFylJOUjAVudW1weZSMBWR0',
    'eXBllJOUjAJpOJSJiIeUUpQoSwOMATyUTk5OSv////9K/////0sAdJRiQwh4AAAAAAAAAJSGlFKUaAOMDF9yZWNvbnN0cnVjdJST',
    'lGgGjAduZGFycmF5lJOUSwCFlEMBYpSHlFKUKEsBSwSFlGgIjAJmOJSJiIeUUpQoSwNoDE5OTkr/////Sv////9LAHSUYolDIAAA',
    'AAAAACRAAAAAAAAANEAAAAAAAABOQAAAAAAAAFRAlHSUYks8XZQoSwBLAEtkS2RldXMu',
  ].join(''),
)

/** The same in a defaultdict. */
export const boxesOfDefaultdict = decoded(
  [
    'gASVWwAAAAAAAACMC2NvbGxlY3Rpb25zlIwLZGVmYXVsdGRpY3SUk5SMCGJ1aWx0aW5zlIwEZGljdJSTlIWUUpSMCVAwMV8xMDFf',
    'M5R9lEt4KEc/+AAAAAAAAEsCSwNLBHSUc3Mu',
  ].join(''),
)

/** A list of all sorts of plain values. */
export const scalars2 = decoded(
  [
    'gAJdcQAoY251bXB5LmNvcmUubXVsdGlhcnJheQpzY2FsYXIKcQFjbnVtcHkKZHR5cGUKcQJYAgAAAGY0cQOJiIdxBFJxBShLA1gB',
    'AAAAPHEGTk5OSv////9K/////0sAdHEHYmNfY29kZWNzCmVuY29kZQpxCFgEAAAAAAAAP3EJWAYAAABsYXRpbjFxCoZxC1JxDIZx',
    'DVJxDmgBaAJYAgAAAGY4cQ+JiIdxEFJxEShLA2gGTk5OSv////9K/////0sAdHESYmgIWAkAAAAAAAAAAADDkD9xE2gKhnEUUnEV',
    'hnEWUnEXaAFoAlgCAAAAaThxGImIh3EZUnEaKEsDaAZOTk5K/////0r/////SwB0cRtiaAhYEAAAAMO5w7/Dv8O/w7/Dv8O/w79x',
    'HGgKhnEdUnEehnEfUnEgiE6KBgAAAAAAAUr9////WAIAAADDvHEhaAhYAgAAAGFicSJoCoZxI1JxJEsBhXElSwFLAksDh3EmSwFl',
    'Lg==',
  ].join(''),
)

/** The same in protocol 4. */
export const scalars4 = decoded(
  [
    'gASV+gAAAAAAAABdlCiMFW51bXB5LmNvcmUubXVsdGlhcnJheZSMBnNjYWxhcpSTlIwFbnVtcHmUjAVkdHlwZZSTlIwCZjSUiYiH',
    'lFKUKEsDjAE8lE5OTkr/////Sv////9LAHSUYkMEAAAAP5SGlFKUaANoBowCZjiUiYiHlFKUKEsDaApOTk5K/////0r/////SwB0',
    'lGJDCAAAAAAAANA/lIaUUpRoA2gGjAJpOJSJiIeUUpQoSwNoCk5OTkr/////Sv////9LAHSUYkMI+f////////+UhpRSlIhOigYA',
    'AAAAAAFK/f///4wCw7yUQwJhYpRLAYWUSwFLAksDh5RLAWUu',
  ].join(''),
)

/** A 2 x 3 array stored by columns: 0, 1, 2 over 3, 4, 5. */
export const fortranOrder = decoded(
  [
    'gASVugAAAAAAAACMFW51bXB5LmNvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFycmF5lJOUSwCF',
    'lEMBYpSHlFKUKEsBSwJLA4aUaAOMBWR0eXBllJOUjAJmOJSJiIeUUpQoSwOMATyUTk5OSv////9K/////0sAdJRiiEMwAAAAAAAA',
    'AAAAAAAAAAAIQAAAAAAAAPA/AAAAAAAAEEAAAAAAAAAAQAAAAAAAABRAlHSUYi4=',
  ].join(''),
)

/** 0, 1, 2 with the high byte first. */
export const bigEndian = decoded(
  [
    'gASVoAAAAAAAAACMFW51bXB5LmNvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFycmF5lJOUSwCF',
    'lEMBYpSHlFKUKEsBSwOFlGgDjAVkdHlwZZSTlIwCZjiUiYiHlFKUKEsDjAE+lE5OTkr/////Sv////9LAHSUYolDGAAAAAAAAAAA',
    'P/AAAAAAAABAAAAAAAAAAJR0lGIu',
  ].join(''),
)

/** An array of Python objects. */
export const objects = decoded(
  [
    'gASVjAAAAAAAAACMFW51bXB5LmNvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFycmF5lJOUSwCF',
    'lEMBYpSHlFKUKEsBSwKFlGgDjAVkdHlwZZSTlIwCTziUiYiHlFKUKEsDjAF8lE5OTkr/////Sv////9LP3SUYoldlChOSwFldJRi',
    'Lg==',
  ].join(''),
)

/** A call of os.system. */
export const systemCall = decoded(['gASVIgAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAdlY2hvIGhplIWUUpQu'].join(''))
