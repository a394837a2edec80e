/** Prometheus' text format: a handful of counters and gauges, no library. */
import type { Health } from './engine/health.ts'

export type Meter = {
  count(name: string, labels: Readonly<Record<string, string>>): void
  text(
    gauges: Readonly<Record<string, number>>,
    now: { waitingRequests: number; callsUnderWay: number; health: Health },
  ): string
}

export function createMeter(): Meter {
  const counters = new Map<string, number>()
  return {
    count(name, labels) {
      const key = `${name}{${Object.entries(labels)
        .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
        .join(',')}}`
      counters.set(key, (counters.get(key) ?? 0) + 1)
    },
    text(gauges, now) {
      const lines: string[] = []
      for (const [name, value] of Object.entries(gauges))
        lines.push(`# TYPE allclear_${name} gauge`, `allclear_${name} ${value}`)
      lines.push(
        '# TYPE allclear_requests_waiting gauge',
        `allclear_requests_waiting ${now.waitingRequests}`,
      )
      lines.push(
        '# TYPE allclear_calls_under_way gauge',
        `allclear_calls_under_way ${now.callsUnderWay}`,
      )
      lines.push('# TYPE allclear_conservation_violations gauge')
      for (const check of now.health.checks)
        lines.push(`allclear_conservation_violations{check="${check.name}"} ${check.value}`)
      lines.push('# TYPE allclear_attempts_total counter')
      for (const [key, value] of counters) lines.push(`${key} ${value}`)
      return `${lines.join('\n')}\n`
    },
  }
}
