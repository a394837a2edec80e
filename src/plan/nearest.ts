/** The known word that a misspelt one was probably meant to be; null where none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  let best: string | null = null
  let least = Math.max(1, Math.floor(word.length / 3)) + 1
  const meant = word.toLowerCase()
  for (const one of known) {
    if (Math.abs(one.length - word.length) >= least) continue
    const far = distance(meant, one.toLowerCase(), least)
    if (far < least) {
      least = far
      best = one
    }
  }
  return best
}

const WORD_MAX = 64

/**
 * Insertions, deletions, changes and swaps of neighbours that lead from one word to the other;
 * `limit` where it would be that many or more.
 */
function distance(a: string, b: string, limit: number): number {
  if (a.length > WORD_MAX || b.length > WORD_MAX) return limit
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j += 1) {
      const change = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let cost = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, change)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      }
      row.push(cost)
      least = Math.min(least, cost)
    }
    if (least >= limit) return limit
    before = above
    above = row
  }
  return above[b.length] ?? limit
}
