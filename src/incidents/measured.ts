/**
 * Facts that arrive by themselves: how far it reaches, as the alerts say. A source names its measure
 * in a label or an annotation; how many services are touched is counted.
 */
import type { Impact } from '../severity/triggers.ts'

/** Names that a source may use, and the unit each is in. */
const MEASURES: Readonly<Record<string, string>> = {
  impact_percent: 'percent',
  impact_users: 'users',
  impact_regions: 'regions',
  impact_requests_per_second: 'failing requests per second',
}

/** The largest that any alert says counts for its unit. */
export function impactOf(
  words: readonly Readonly<Record<string, string>>[],
  services: number,
): Impact {
  const found: Record<string, number> = services > 0 ? { services } : {}
  for (const one of words) {
    for (const [name, unit] of Object.entries(MEASURES)) {
      const value = Number.parseFloat(one[name] ?? '')
      if (!Number.isFinite(value) || value < 0) continue
      const bounded = unit === 'percent' ? Math.min(value, 100) : value
      found[unit] = Math.max(found[unit] ?? 0, bounded)
    }
  }
  return found
}

/** What is new in it; null: nothing is. */
export function newsIn(known: Impact, seen: Impact): Impact | null {
  const news = Object.entries(seen).filter(([unit, value]) => known[unit] !== value)
  return news.length > 0 ? Object.fromEntries(news) : null
}
