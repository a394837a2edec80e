import { Link, useNavigate } from '@tanstack/react-router'
import type { IncidentShown } from '../../src/contract/incidents.ts'
import { useActions } from '../shell/actions.ts'
import { Ago, Countdown } from '../ui/parts.tsx'
import { Chip, Drill } from './chip.tsx'
import { isOver } from './use.ts'

/** The worst first; of those as bad as each other, the newest. */
export const byNeed = (incidents: readonly IncidentShown[]): IncidentShown[] =>
  incidents.toSorted(
    (a, b) =>
      Number(isOver(a)) - Number(isOver(b)) ||
      (isOver(a) ? 0 : (a.severity?.level ?? 3) - (b.severity?.level ?? 3)) ||
      (a.openedAt < b.openedAt ? 1 : -1),
  )

/** Live ones by how bad, with what is owed next. */
export function IncidentList({ incidents }: { incidents: readonly IncidentShown[] }) {
  const navigate = useNavigate()
  useActions(
    incidents.slice(0, 1).map((one) => ({
      id: 'open-worst',
      label: `Open ${one.name}`,
      keys: 'enter',
      run: () => void navigate({ to: '/incidents/$name', params: { name: one.name } }),
    })),
  )
  return (
    <ul className="divide-y divide-line border-y border-line">
      {incidents.map((one) => (
        <li
          key={one.id}
          className="py-2 grid gap-x-4 gap-y-1 sm:grid-cols-[4.5rem_minmax(0,1fr)_auto] items-center"
        >
          <Chip of={one.severity} />
          <span className="min-w-0">
            <Link
              to="/incidents/$name"
              params={{ name: one.name }}
              className="font-medium hover:underline underline-offset-4 wrap-anywhere"
            >
              {one.title}
            </Link>{' '}
            {one.kind === 'drill' ? <Drill /> : null}
            <span className="text-mute text-[12.5px] block">
              {one.name} · {one.status} · <Ago at={one.openedAt} />
              {one.services.length > 0
                ? ` · ${one.services.map(({ name }) => name).join(', ')}`
                : ''}{' '}
              · {one.commander ? `${one.commander.name} commands` : 'nobody commands'}
            </span>
          </span>
          {one.nextOwed ? (
            <span className="text-mute text-[12.5px] flex gap-2 items-center">
              <span className="first-letter:uppercase">{one.nextOwed.label}</span>{' '}
              <Countdown to={one.nextOwed.due} />
            </span>
          ) : (
            <span />
          )}
        </li>
      ))}
    </ul>
  )
}
