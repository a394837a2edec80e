import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { del, get, put } from '../api.ts'
import { Button, Complaint, Field } from '../ui/parts.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { say } from '../ui/toast.tsx'
import { type Filters, readFilters } from './filters.ts'

type View = { id: string; name: string; query: string; owner: { name: string } | null }

const filtersOf = (query: string): Filters =>
  readFilters(Object.fromEntries(new URLSearchParams(query)))
const written = (filters: Filters): string =>
  new URLSearchParams(
    Object.entries(readFilters(filters)).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ).toString()

/** Lists that were kept under a name, for everybody; the one on screen can be kept too. */
export function Views({ filters }: { filters: Filters }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState<string | null>(null)
  const found = useQuery({
    queryKey: ['views'],
    queryFn: () => get<{ views: View[] }>('/views'),
  })
  const settle = () => client.invalidateQueries({ queryKey: ['views'] })
  const keep = useMutation({
    mutationFn: (called: string) => put<View>('/views', { name: called, query: written(filters) }),
    onSuccess: () => setName(null),
    onSettled: settle,
  })
  const forget = useMutation({
    mutationFn: (view: View) => del(`/views/${view.id}`),
    onSuccess: (_, view) =>
      say(
        `“${view.name}” is forgotten.`,
        () => void put('/views', { name: view.name, query: view.query }).then(settle),
      ),
    onSettled: settle,
  })
  const views = found.data?.views ?? []
  const here = written(filters)
  const current = views.find((one) => written(filtersOf(one.query)) === here)
  return (
    <div className="flex flex-wrap items-center gap-1">
      {views.map((view) => (
        <button
          key={view.id}
          type="button"
          aria-pressed={view === current}
          title={view.owner ? `kept by ${view.owner.name}` : undefined}
          onClick={() =>
            void navigate({ to: '/alerts', search: filtersOf(view.query) as never, replace: true })
          }
          className={`px-2.5 min-h-8 rounded-md border ${view === current ? 'border-open text-text' : 'border-line text-mute hover:text-text'}`}
        >
          {view.name}
        </button>
      ))}
      {current ? (
        <Button tone="quiet" onClick={() => forget.mutate(current)}>
          Forget this list
        </Button>
      ) : here !== '' ? (
        <Button tone="quiet" onClick={() => setName('')}>
          Keep this list
        </Button>
      ) : null}
      <Sheet title="Keep this list" isOpen={name !== null} onClose={() => setName(null)}>
        <form
          className="grid gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            keep.mutate(name ?? '')
          }}
        >
          <Field
            label="Under which name, for everybody"
            maxLength={80}
            autoFocus
            value={name ?? ''}
            onChange={(event) => setName(event.target.value)}
          />
          <Complaint of={keep.error} />
          <Button
            type="submit"
            tone="main"
            className="justify-self-start"
            why={(name ?? '').trim() === '' ? 'It needs a name' : null}
          >
            Keep
          </Button>
        </form>
      </Sheet>
    </div>
  )
}
