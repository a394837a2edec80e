/** Which alerts: all of it stands in the address, so that a list can be kept and sent. */
export const STATUSES = ['open', 'firing', 'acknowledged', 'resolved', 'all'] as const
export const SEVERITIES = ['critical', 'error', 'warning', 'info'] as const

export type Filters = {
  status?: string
  q?: string
  severity?: string
  service?: string
  team?: string
  mine?: string
}
export const FILTERS: readonly (keyof Filters)[] = [
  'status',
  'q',
  'severity',
  'service',
  'team',
  'mine',
]

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

export const readFilters = (search: Record<string, unknown>): Filters =>
  Object.fromEntries(
    FILTERS.flatMap((name) => {
      const value = text(search[name])
      return value === undefined ? [] : [[name, value]]
    }),
  )

/** As the API asks for it. */
export const queryOf = (filters: Filters, cursor?: string): string =>
  new URLSearchParams({
    limit: '100',
    status: 'open',
    ...readFilters(filters),
    ...(cursor ? { cursor } : {}),
  }).toString()
