import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { get, post, put } from '../api.ts'
import { Button, Card, Complaint, Countdown } from '../ui/parts.tsx'

type Ref = { id: string; slug: string; name: string }
type HandoffShown = {
  id: string
  schedule: Ref | null
  at: string
  status: 'open' | 'accepted' | 'overdue'
  dueAt: string
  outgoing: Ref[]
  incoming: Ref[]
  note: string
  watch: string
  acceptedBy: Ref | null
  mayAccept: boolean
  mayWrite: boolean
}

const names = (people: Ref[]): string => people.map((one) => one.name).join(' and ')

/** What is being handed over: read it, and say that you have it. */
export function Handoffs() {
  const found = useQuery({
    queryKey: ['live', 'handoffs'],
    queryFn: () => get<{ handoffs: HandoffShown[] }>('/handoffs'),
  })
  const recent = (found.data?.handoffs ?? []).filter(
    (one) => one.status !== 'accepted' || Date.now() - Date.parse(one.at) < 2 * 86_400_000,
  )
  return (
    <>
      {recent.slice(0, 6).map((one) => (
        <Handoff key={one.id} handoff={one} />
      ))}
    </>
  )
}

function Handoff({ handoff }: { handoff: HandoffShown }) {
  const client = useQueryClient()
  const [watch, setWatch] = useState(handoff.watch)
  const settled = () => client.invalidateQueries({ queryKey: ['live'] })
  const accept = useMutation({
    mutationFn: () => post(`/handoffs/${handoff.id}/accept`),
    onSettled: settled,
  })
  const write = useMutation({
    mutationFn: () => put(`/handoffs/${handoff.id}/watch`, { text: watch }),
    onSettled: settled,
  })
  return (
    <Card
      title={`Hand-off: ${handoff.schedule?.name ?? ''}`}
      aside={
        handoff.status === 'accepted' ? (
          <span className="text-done">✓ accepted by {handoff.acceptedBy?.name}</span>
        ) : handoff.status === 'overdue' ? (
          <span className="text-error">▲ not accepted: both are on call</span>
        ) : (
          <span>
            to be accepted in <Countdown to={handoff.dueAt} />
          </span>
        )
      }
    >
      <p>
        <strong>{names(handoff.outgoing)}</strong> hands over to{' '}
        <strong>{names(handoff.incoming)}</strong>.
      </p>
      <details open={handoff.mayAccept} className="mt-2">
        <summary className="cursor-pointer text-mute">The note</summary>
        <pre className="whitespace-pre-wrap wrap-anywhere font-sans mt-2">{handoff.note}</pre>
        {handoff.watch ? (
          <pre className="whitespace-pre-wrap wrap-anywhere font-sans mt-2">
            To watch:{'\n'}
            {handoff.watch}
          </pre>
        ) : null}
      </details>
      {handoff.mayWrite && handoff.status !== 'accepted' ? (
        <div className="mt-3 grid gap-2">
          <label className="grid gap-1">
            <span className="text-mute text-[12.5px]">What the next one should watch</span>
            <textarea
              value={watch}
              onChange={(event) => setWatch(event.target.value)}
              rows={3}
              className="bg-bg border border-line rounded-md px-3 py-2"
            />
          </label>
          <span>
            <Button disabled={write.isPending} onClick={() => write.mutate()}>
              Save
            </Button>
          </span>
        </div>
      ) : null}
      {handoff.mayAccept ? (
        <div className="mt-3">
          <Button tone="main" disabled={accept.isPending} onClick={() => accept.mutate()}>
            I have read it, and I have the pager
          </Button>
        </div>
      ) : null}
      <Complaint of={accept.error ?? write.error} />
    </Card>
  )
}
