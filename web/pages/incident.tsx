import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Comms } from '../incident/comms.tsx'
import { Composer } from '../incident/composer.tsx'
import { Header } from '../incident/header.tsx'
import { CatchUp, Next } from '../incident/next.tsx'
import { Rail } from '../incident/rail.tsx'
import { Record } from '../incident/record.tsx'
import { Timeline } from '../incident/timeline.tsx'
import { useIncident } from '../incident/use.ts'
import { useActions } from '../shell/actions.ts'
import { Skeleton } from '../ui/more.tsx'
import { Complaint } from '../ui/parts.tsx'

const TABS = [
  ['response', 'Response'],
  ['comms', 'Comms'],
  ['record', 'Record'],
] as const

export function IncidentPage() {
  const { name } = useParams({ strict: false }) as { name: string }
  const { tab = 'response' } = useSearch({ strict: false }) as { tab?: string }
  const navigate = useNavigate()
  const found = useIncident(name)
  const go = (next: string) =>
    void navigate({
      to: '/incidents/$name',
      params: { name },
      search: next === 'response' ? {} : ({ tab: next } as never),
    })
  useActions([
    {
      id: 'inc-update',
      label: 'Write an update',
      group: 'Incident',
      keys: 'u',
      run: () => go('comms'),
    },
  ])
  const incident = found.data
  if (!incident) return found.error ? <Complaint of={found.error} /> : <Skeleton rows={8} />
  return (
    <article className="grid gap-4">
      <Header incident={incident} onUpdate={() => go('comms')} />
      <Next incident={incident} />
      <nav aria-label="Parts of the incident" className="flex gap-1 border-b border-line">
        {TABS.map(([id, label]) => (
          <Link
            key={id}
            to="/incidents/$name"
            params={{ name }}
            search={id === 'response' ? {} : { tab: id }}
            aria-current={tab === id ? 'page' : undefined}
            className={`px-3 py-2 border-b-2 ${tab === id ? 'border-open' : 'border-transparent text-mute hover:text-text'}`}
          >
            {label}
          </Link>
        ))}
      </nav>
      {tab === 'comms' ? (
        <Comms incident={incident} />
      ) : tab === 'record' ? (
        <Record incident={incident} />
      ) : (
        <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_22rem] items-start">
          <div className="grid gap-4 min-w-0">
            <CatchUp incident={incident} />
            <Composer incident={incident} />
            <Timeline incident={incident} />
          </div>
          <Rail incident={incident} />
        </div>
      )}
    </article>
  )
}
