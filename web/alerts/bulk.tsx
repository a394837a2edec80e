import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { AlertShown } from '../../src/contract/views.ts'
import { post } from '../api.ts'
import { useActions } from '../shell/actions.ts'
import { Keys } from '../ui/keys.tsx'
import { Button, Complaint } from '../ui/parts.tsx'
import { say } from '../ui/toast.tsx'

type Verb = 'acknowledge' | 'resolve' | 'release' | 'snooze'
type Done = { done: number; outcomes: { id: string; outcome: string }[] }

const SAID: Readonly<Record<Verb, string>> = {
  acknowledge: 'acknowledged',
  resolve: 'resolved',
  release: 'let go',
  snooze: 'snoozed for 10 min',
}
const BACK: Partial<Readonly<Record<Verb, Verb>>> = { acknowledge: 'release' }

/** Answers many at once; each by itself, and what was not done is said. */
export function useBulk(onDone?: () => void) {
  const client = useQueryClient()
  const bulk = useMutation({
    mutationFn: ({ verb, ids }: { verb: Verb; ids: readonly string[] }) =>
      post<Done>('/alerts/bulk', { verb, ids, ...(verb === 'snooze' ? { for: '10m' } : {}) }),
    onSuccess: ({ done, outcomes }, { verb }) => {
      const left = outcomes.length - done
      const changed = outcomes.filter((one) => one.outcome === 'done').map((one) => one.id)
      const back = BACK[verb]
      say(
        `${done} ${SAID[verb]}${left > 0 ? `, ${left} left as they were` : ''}.`,
        back && changed.length > 0 ? () => bulk.mutate({ verb: back, ids: changed }) : undefined,
      )
      onDone?.()
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
  return bulk
}

/** What can be done to those that are marked. */
export function BulkBar({
  chosen,
  onClear,
}: {
  chosen: readonly AlertShown[]
  onClear: () => void
}) {
  const bulk = useBulk(onClear)
  const ids = chosen.map((one) => one.id)
  const press = (verb: Verb) => bulk.mutate({ verb, ids })
  const why = chosen.length === 0 ? 'Mark some first' : null
  useActions([
    { id: 'bulk-clear', label: 'Unmark all', group: 'Alerts', keys: 'Escape', why, run: onClear },
  ])
  if (chosen.length === 0) return null
  return (
    <section
      aria-label="Marked alerts"
      className="sticky top-0 z-10 bg-raise border border-line rounded-lg px-3 py-2 flex flex-wrap items-center gap-2"
    >
      <span className="font-semibold mr-auto" role="status">
        {chosen.length} marked
      </span>
      <Button tone="main" disabled={bulk.isPending} onClick={() => press('acknowledge')}>
        Acknowledge
      </Button>
      <Button disabled={bulk.isPending} onClick={() => press('resolve')}>
        Resolve
      </Button>
      <Button disabled={bulk.isPending} onClick={() => press('snooze')}>
        Snooze 10 min
      </Button>
      <Button disabled={bulk.isPending} onClick={() => press('release')}>
        Let go
      </Button>
      <Button tone="quiet" onClick={onClear}>
        Unmark <Keys of="Esc" />
      </Button>
      <Complaint of={bulk.error} />
    </section>
  )
}
