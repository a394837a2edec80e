import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { del, get, post } from '../api.ts'
import { useMay } from '../config/may.ts'
import { useActions } from '../shell/actions.ts'
import { Button, Card, Complaint, Empty } from '../ui/parts.tsx'
import { when } from '../ui/time.ts'
import { Handoffs } from './handoffs.tsx'
import { NewSchedule } from './new-schedule.tsx'

type Ref = { id: string; slug: string; name: string }
type CardShown = {
  id: string
  slug: string
  name: string
  timezone: string
  now: {
    people: (Ref & { localTime: string; why: string })[]
    until: string | null
    reason: string | null
  }
  shadows: Ref[]
  next: { from: string; local: string; people: Ref[] }[]
}
export type CoverShown = {
  id: string
  schedule: Ref | null
  person: Ref | null
  text: string
  reason: string
  status: 'open' | 'covered' | 'withdrawn' | 'expired'
  inReturn: { from: string; to: string } | null
  parts: { from: string; to: string }[]
  taken: { person: Ref | null; from: string; to: string }[]
  silent: Ref[]
  mayTake: boolean
}

const names = (people: (Ref | null)[]): string =>
  people.map((one) => one?.name ?? '?').join(' and ') || 'nobody'

export function OnCallPage() {
  const may = useMay()
  const found = useQuery({
    queryKey: ['live', 'schedules'],
    queryFn: () => get<{ schedules: CardShown[] }>('/schedules'),
  })
  const [isMaking, setMaking] = useState(false)
  const schedules = found.data?.schedules ?? []
  useActions([
    { id: 'new-schedule', label: 'New schedule', group: 'On-call', run: () => setMaking(true) },
  ])
  return (
    <div className="grid gap-5">
      <div className="flex flex-wrap items-baseline justify-between gap-3">
        <h1 className="text-xl font-semibold tracking-tight">On-call now</h1>
        <span className="flex flex-wrap items-baseline gap-4">
          <Link to="/who" className="underline underline-offset-4">
            Who would be paged?
          </Link>
          <Link to="/load" className="underline underline-offset-4">
            Load
          </Link>
          <Link to="/me" className="underline underline-offset-4">
            My on-call
          </Link>
          <Link to="/calendars" className="underline underline-offset-4">
            Calendars
          </Link>
          <Button why={may.whyNothing} onClick={() => setMaking(!isMaking)}>
            {isMaking ? 'Not now' : 'New schedule'}
          </Button>
        </span>
      </div>
      <Complaint of={found.error} />
      {isMaking ? (
        <NewSchedule taken={schedules.map((one) => one.slug)} onDone={() => setMaking(false)} />
      ) : null}
      {found.isSuccess && schedules.length === 0 && !isMaking ? (
        <Empty title="No schedules yet.">
          <p>
            A schedule says who is on call and when. Make one here, or write it in{' '}
            <code>allclear.yaml</code> and run <code>npx allclear apply</code>.
          </p>
        </Empty>
      ) : null}
      <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
        {schedules.map((one) => (
          <NowCard key={one.id} card={one} />
        ))}
      </div>
      <Handoffs />
      <Covers />
    </div>
  )
}

function NowCard({ card }: { card: CardShown }) {
  const [first] = card.now.people
  return (
    <Card title={card.name} aside={<span>{card.timezone}</span>}>
      <Link
        to="/on-call/$slug"
        params={{ slug: card.slug }}
        className={`text-lg font-semibold hover:underline underline-offset-4 ${card.now.reason ? 'text-critical' : ''}`}
      >
        {card.now.reason ? 'Nobody is on call' : names(card.now.people)}
      </Link>
      <p className="text-mute">
        {first ? `${first.localTime} where they are. ` : ''}
        {card.now.until ? `Until ${when(card.now.until)} your time.` : 'No end is planned.'}
      </p>
      {card.shadows.length > 0 ? (
        <p className="text-mute">Looking on: {names(card.shadows)}</p>
      ) : null}
      <ul className="mt-2 text-[12.5px] text-mute">
        {card.next.slice(1, 5).map((shift) => (
          <li key={shift.from}>
            <span className="font-mono">{shift.local}</span> {names(shift.people)}
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Covers() {
  const client = useQueryClient()
  const found = useQuery({
    queryKey: ['live', 'covers'],
    queryFn: () => get<{ covers: CoverShown[] }>('/covers'),
  })
  const [said, setSaid] = useState<string | null>(null)
  const answer = useMutation({
    mutationFn: ({ id, how }: { id: string; how: 'take' | 'decline' | 'withdraw' }) =>
      how === 'withdraw' ? del(`/covers/${id}`) : post(`/covers/${id}/${how}`),
    onSuccess: (_, { how }) =>
      setSaid(
        how === 'take'
          ? 'It is yours. They have been told.'
          : how === 'decline'
            ? 'You will not be asked again.'
            : 'Taken back. What somebody took stays taken.',
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
  const covers = found.data?.covers ?? []
  if (covers.length === 0) return null
  return (
    <Card title="Cover">
      <Complaint of={answer.error} />
      {said ? (
        <p role="status" className="text-done">
          {said}
        </p>
      ) : null}
      <ul className="divide-y divide-line">
        {covers.map((one) => (
          <li key={one.id} className="py-2 flex flex-wrap items-center gap-3">
            <span className="flex-1 min-w-56">
              <strong>{one.person?.name}</strong>, {one.text} in {one.schedule?.name}
              {one.reason ? <span className="text-mute">: {one.reason}</span> : null}
              <span className="block text-mute text-[12.5px]">
                {one.status === 'open'
                  ? one.silent.length > 0
                    ? `No answer yet from ${names(one.silent)}`
                    : 'Everybody has answered'
                  : one.status === 'covered'
                    ? `Covered by ${names(one.taken.map((part) => part.person))}`
                    : one.status === 'expired'
                      ? 'Nobody took it'
                      : 'Taken back'}
                {one.inReturn ? ` · a swap, for ${when(one.inReturn.from)}` : ''}
              </span>
            </span>
            {one.mayTake ? (
              <>
                <Button tone="main" onClick={() => answer.mutate({ id: one.id, how: 'take' })}>
                  I take it
                </Button>
                <Button onClick={() => answer.mutate({ id: one.id, how: 'decline' })}>
                  I cannot
                </Button>
              </>
            ) : one.status === 'open' ? (
              <Button tone="quiet" onClick={() => answer.mutate({ id: one.id, how: 'withdraw' })}>
                Take back
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </Card>
  )
}
