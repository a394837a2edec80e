import { Link } from '@tanstack/react-router'

type Service = { id: string; slug: string; name: string; dependsOn: string[] }

const WIDTH = 168
const HEIGHT = 40
const GAP_X = 72
const GAP_Y = 16

/** Services from left (what users meet) to right (what everything rests on). A list says the same beneath. */
export function DependencyMap({
  services,
  open,
}: {
  services: readonly Service[]
  open: ReadonlyMap<string, number>
}) {
  const places = placed(services)
  const width = Math.max(...[...places.values()].map((one) => one.x)) + WIDTH
  const height = Math.max(...[...places.values()].map((one) => one.y)) + HEIGHT
  return (
    <div className="overflow-x-auto">
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={described(services)}
        className="block"
      >
        {services.flatMap((service) =>
          service.dependsOn.flatMap((id) => {
            const [from, to] = [places.get(service.id), places.get(id)]
            if (!from || !to) return []
            const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x, to.y + HEIGHT / 2]
            const bend = (x1 + x2) / 2
            return [
              <path
                key={`${service.id} ${id}`}
                d={`M${x1},${y1} C${bend},${y1} ${bend},${y2} ${x2},${y2}`}
                fill="none"
                stroke={open.get(id) ? 'var(--open)' : 'var(--line)'}
                strokeWidth={open.get(id) ? 2 : 1}
              />,
            ]
          }),
        )}
        {services.map((service) => {
          const place = places.get(service.id)
          const isOpen = (open.get(service.id) ?? 0) > 0
          return place ? (
            <Link key={service.id} to="/services/$slug" params={{ slug: service.slug }}>
              <rect
                x={place.x + 0.5}
                y={place.y + 0.5}
                width={WIDTH - 1}
                height={HEIGHT - 1}
                rx="8"
                fill="var(--raise)"
                stroke={isOpen ? 'var(--open)' : 'var(--line)'}
              />
              <text x={place.x + 12} y={place.y + 25} fill="var(--text)" fontSize="13">
                {isOpen ? '● ' : ''}
                {service.name.length > 20 ? `${service.name.slice(0, 19)}…` : service.name}
              </text>
            </Link>
          ) : null
        })}
      </svg>
    </div>
  )
}

/** A service stands one column right of everything that needs it; circles end where they are met again. */
function placed(services: readonly Service[]): Map<string, { x: number; y: number }> {
  const byId = new Map(services.map((one) => [one.id, one]))
  const columns = new Map<string, number>()
  const visit = (id: string, column: number, path: readonly string[]): void => {
    if (path.includes(id) || (columns.get(id) ?? -1) >= column) return
    columns.set(id, column)
    for (const next of byId.get(id)?.dependsOn ?? []) visit(next, column + 1, [...path, id])
  }
  const needed = new Set(services.flatMap((one) => one.dependsOn))
  for (const one of services) if (!needed.has(one.id)) visit(one.id, 0, [])
  for (const one of services) if (!columns.has(one.id)) visit(one.id, 0, [])
  const rows = new Map<number, number>()
  return new Map(
    services.map((one) => {
      const column = columns.get(one.id) ?? 0
      const row = rows.get(column) ?? 0
      rows.set(column, row + 1)
      return [one.id, { x: column * (WIDTH + GAP_X), y: row * (HEIGHT + GAP_Y) }]
    }),
  )
}

function described(services: readonly Service[]): string {
  const names = new Map(services.map((one) => [one.id, one.name]))
  const lines = services.flatMap((one) =>
    one.dependsOn.length === 0
      ? []
      : [`${one.name} depends on ${one.dependsOn.map((id) => names.get(id) ?? '?').join(', ')}`],
  )
  return lines.join('; ') || 'No service depends on another'
}
