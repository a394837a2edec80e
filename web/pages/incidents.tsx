import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { IncidentShown } from '../../src/contract/incidents.ts'
import { get } from '../api.ts'
import { byNeed, IncidentList } from '../incident/list.tsx'
import { Keys } from '../ui/keys.tsx'
import { PageHead, Skeleton } from '../ui/more.tsx'
import { Button, Complaint, Empty } from '../ui/parts.tsx'
import { declareNow } from '../shell/declaring.tsx'

const FILTERS = ['live', 'over', 'all'] as const

export function IncidentsPage() {
  const { status = 'live' } = useSearch({ strict: false }) as { status?: string }
  const navigate = useNavigate()
  const found = useQuery({
    queryKey: ['live', 'incidents', status],
    queryFn: () => get<{ incidents: IncidentShown[] }>(`/incidents?limit=200&status=${status}`),
    refetchInterval: 20_000,
  })
  const incidents = byNeed(found.data?.incidents ?? [])
  return (
    <div className="grid gap-4">
      <PageHead title="Incidents">
        <Button tone="main" onClick={() => declareNow()}>
          Declare <Keys of="d" />
        </Button>
      </PageHead>
      <div className="flex gap-1 flex-wrap" role="group" aria-label="Which incidents">
        {FILTERS.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={status === one}
            onClick={() =>
              void navigate({
                to: '/incidents',
                search: one === 'live' ? {} : { status: one },
                replace: true,
              })
            }
            className={`px-2.5 py-1 rounded-md min-h-8 ${status === one ? 'bg-raise text-text' : 'text-mute hover:text-text'}`}
          >
            {one}
          </button>
        ))}
      </div>
      <Complaint of={found.error} />
      {found.isPending ? (
        <Skeleton />
      ) : incidents.length === 0 ? (
        <None status={status} />
      ) : (
        <IncidentList incidents={incidents} />
      )}
    </div>
  )
}

const None = ({ status }: { status: string }) => (
  <Empty title={status === 'live' ? 'No incident.' : 'Nothing yet.'}>
    <p>
      Declare one when a second team is needed, when customers can see it, or when an hour of
      looking has not solved it. A title is enough: roles, clocks and who has to be told follow from
      the severity.
    </p>
  </Empty>
)
