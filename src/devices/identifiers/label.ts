import { encode, type QrCodeGenerateResult } from 'uqr'

export interface LabelText {
  /** What the code leads to. */
  readonly url: string
  /** Empty ones and repetitions are left out. */
  readonly names: readonly string[]
  /** The handle, or the id of a device that has none. */
  readonly code: string
}

/** Millimetres. A module this size is read by a phone from paper that a common printer printed. */
const MODULE_MM = 0.4
/** A short code is drawn larger, so that small labels do not look lost. */
const MIN_CODE_MM = 22
/** ISO/IEC 18004: four modules of nothing around the code. */
const QUIET_MODULES = 4
const MARGIN_MM = 2
const TEXT_WIDTH_MM = 40
const NAME_MM = 4
const CODE_TEXT_MM = 3
const LINE_SPACING = 1.3

interface Line {
  readonly text: string
  readonly sizeMm: number
}

/**
 * A label to print: SVG 1.1 with sizes in millimetres, the code at the left, the names and the handle beside it. It grows
 * with what it has to hold.
 */
export function labelSvg({ url, names, code }: LabelText): string {
  const qr = codeFor(url, code)
  const modules = qr.size + 2 * QUIET_MODULES
  const codeMm = Math.max(MIN_CODE_MM, modules * MODULE_MM)
  const lines = [
    ...[...new Set(names)].filter((name) => name !== '').flatMap((name) => wrap(name, NAME_MM)),
    ...wrap(code, CODE_TEXT_MM),
  ]
  const textMm = lines.reduce((sum, { sizeMm }) => sum + sizeMm * LINE_SPACING, 0)
  const heightMm = round(Math.max(codeMm, textMm) + 2 * MARGIN_MM)
  const widthMm = round(codeMm + TEXT_WIDTH_MM + 3 * MARGIN_MM)
  const scale = round(codeMm / modules, 5)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthMm}mm" height="${heightMm}mm" viewBox="0 0 ${widthMm} ${heightMm}">`,
    `<title>${escapeXml(code)}</title>`,
    `<rect width="${widthMm}" height="${heightMm}" fill="#fff"/>`,
    `<path transform="translate(${MARGIN_MM} ${MARGIN_MM}) scale(${scale}) translate(${QUIET_MODULES} ${QUIET_MODULES})" shape-rendering="crispEdges" d="${pathOf(qr.data)}"/>`,
    ...textElements(lines, codeMm + 2 * MARGIN_MM),
    '</svg>',
    '',
  ].join('\n')
}

/** ISO/IEC 18004: bytes that the largest code holds, by its error correction level. */
const MAX_BYTES_M = 2_331
const MAX_BYTES_L = 2_953

/**
 * Level M, as labels get dirty; L where only that holds the address. One that even then is too long (a handle of 255 rare
 * characters, each percent-encoded) gives way to the identifier itself, which always fits.
 */
function codeFor(url: string, code: string): QrCodeGenerateResult {
  const bytes = Buffer.byteLength(url)
  const text = bytes > MAX_BYTES_L ? code : url
  const ecc = Buffer.byteLength(text) > MAX_BYTES_M ? 'L' : 'M'
  return encode(text, { ecc, boostEcc: true, border: 0 })
}

/** One rectangle for each run of dark modules in a row. */
function pathOf(rows: readonly (readonly boolean[])[]): string {
  return rows
    .flatMap((row, y) => {
      const bits = row.map((dark) => (dark ? '1' : '0')).join('')
      return Array.from(
        bits.matchAll(/1+/g),
        ({ 0: run, index }) => `M${index} ${y}h${run.length}v1h-${run.length}z`,
      )
    })
    .join('')
}

function textElements(lines: readonly Line[], xMm: number): string[] {
  let yMm = MARGIN_MM
  return lines.map(({ text, sizeMm }) => {
    yMm += sizeMm * LINE_SPACING
    return `<text x="${round(xMm)}" y="${round(yMm - sizeMm * 0.3)}" font-family="sans-serif" font-size="${sizeMm}" xml:space="preserve">${escapeXml(text)}</text>`
  })
}

/** Broken where the line is full: handles have no words. */
function wrap(text: string, sizeMm: number): Line[] {
  const lines: Line[] = []
  let line = ''
  let widthMm = 0
  for (const character of text) {
    const advanceMm = advanceOf(character) * sizeMm
    if (widthMm + advanceMm > TEXT_WIDTH_MM && line !== '') {
      lines.push({ text: line, sizeMm })
      line = ''
      widthMm = 0
    }
    line += character
    widthMm += advanceMm
  }
  return line === '' ? lines : [...lines, { text: line, sizeMm }]
}

/** Of its size: CJK characters are square; of the others the widest common ones take this much. */
function advanceOf(character: string): number {
  if (character >= '\u2e80') return 1
  return /[A-Z@%mwMW]/.test(character) ? 0.85 : 0.6
}

/** What XML has a meaning for, and what it cannot hold at all (XML 1.0, 2.2). */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function round(value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}
