/** Cuts to at most `max` UTF-16 units without splitting a surrogate pair; an ellipsis says so. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text
  const cut = text.slice(0, max - 1)
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}

/** Cuts to so many bytes of UTF-8, between characters. */
export function truncateBytes(text: string, bytesMax: number): string {
  let short = text
  let excess = Buffer.byteLength(short) - bytesMax
  while (excess > 0) {
    // A unit of the text has three bytes at most, so this never takes away too much by far.
    short = truncate(short, short.length - Math.ceil(excess / 3))
    excess = Buffer.byteLength(short) - bytesMax
  }
  return short
}

/** NUL and lone surrogates cannot be stored as PostgreSQL text: they become U+FFFD. */
export const storable = (text: string): string =>
  text.isWellFormed() && !text.includes('\0')
    ? text
    : text.toWellFormed().replaceAll('\0', '\uFFFD')

/** Control characters (escape sequences, CR, bidirectional overrides …) made visible or dropped. */
export const printable = (text: string): string =>
  text
    .replace(/[\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the point
    .replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '\uFFFD')

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => HTML[c] ?? c)
