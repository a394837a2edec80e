import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { del, get, post } from '../api.ts'
import { EntryEditor } from '../config/editor.tsx'
import type { FieldSpec } from '../config/field.tsx'
import { Look, useMe } from '../shell/shell.tsx'
import { PageHead } from '../ui/more.tsx'
import { Button, Card, Complaint, Field } from '../ui/parts.tsx'
import { when } from '../ui/time.ts'
import { Reach } from './reach.tsx'

type Ref = { id: string; slug: string; name: string }
type Absence = {
  id: string
  person: Ref | null
  from: string
  to: string
  note: string
  isFromFeed: boolean
}
type LinkShown = { id: string; schedule: Ref | null; createdAt: string; usedAt: string | null }
type FeedShown = { id: string; host: string; readAt: string | null; problem: string | null }

/** What concerns only me: how I am reached, when I am away, and my shifts in my own calendar. */
export function MinePage() {
  const me = useMe()
  const personId = me.data?.person?.id ?? null
  return (
    <div className="grid gap-4">
      <PageHead title="Me">
        <Link to="/me/security" className="underline underline-offset-4">
          Sign-in and security
        </Link>
        <Link to="/settings" className="underline underline-offset-4 md:hidden">
          Settings
        </Link>
      </PageHead>
      <div className="md:hidden">
        <Look />
      </div>
      {personId === null ? (
        <p className="text-mute">Sign in as a person: a token has no shifts.</p>
      ) : (
        <>
          <Reach />
          <Away personId={personId} />
          <Feeds />
          <Links />
          {me.data?.person ? <Holidays slug={me.data.person.slug} /> : null}
        </>
      )}
    </div>
  )
}

const HOLIDAYS: readonly FieldSpec[] = [
  { name: 'timezone', label: 'Time zone', kind: 'text', help: 'Such as Europe/Lisbon' },
  { name: 'calendar', label: 'Public holidays', kind: { reference: 'calendars' } },
]

/** By these, nights, weekends and holidays on call are counted. */
const Holidays = ({ slug }: { slug: string }) => (
  <Card title="Where I live">
    <EntryEditor section="people" slug={slug} fields={HOLIDAYS} onSaved={() => {}} />
  </Card>
)

function Away({ personId }: { personId: string }) {
  const client = useQueryClient()
  const found = useQuery({
    queryKey: ['live', 'absences'],
    queryFn: () => get<{ absences: Absence[] }>('/absences'),
  })
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const [note, setNote] = useState('')
  const settled = () => client.invalidateQueries({ queryKey: ['live'] })
  const add = useMutation({
    mutationFn: () => post('/absences', { from, to, note }),
    onSuccess: () => {
      setFrom('')
      setTo('')
      setNote('')
    },
    onSettled: settled,
  })
  const remove = useMutation({
    mutationFn: (id: string) => del(`/absences/${id}`),
    onSettled: settled,
  })
  const mine = (found.data?.absences ?? []).filter((one) => one.person?.id === personId)
  return (
    <Card title="When I am away">
      <p className="text-mute mb-2">
        It changes nobody’s shift: it warns where you are on call all the same, and you are not
        asked for cover.
      </p>
      <div className="grid gap-3 md:grid-cols-4 items-end">
        <Field
          label="From"
          type="datetime-local"
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
        <Field
          label="To"
          type="datetime-local"
          value={to}
          onChange={(event) => setTo(event.target.value)}
        />
        <Field
          label="Note (others see it)"
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
        <Button
          tone="main"
          why={from && to ? null : 'Say from when to when'}
          onClick={() => add.mutate()}
        >
          I am away
        </Button>
      </div>
      <Complaint of={add.error ?? remove.error ?? found.error} />
      <ul className="divide-y divide-line mt-2">
        {mine.map((one) => (
          <li key={one.id} className="py-2 flex flex-wrap items-center justify-between gap-3">
            <span>
              {when(one.from)} to {when(one.to)}
              {one.note ? <span className="text-mute">: {one.note}</span> : null}
            </span>
            {one.isFromFeed ? (
              <span className="text-mute text-[12.5px]">from your calendar</span>
            ) : (
              <Button onClick={() => remove.mutate(one.id)}>Take back</Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Feeds() {
  const client = useQueryClient()
  const found = useQuery({
    queryKey: ['live', 'feeds'],
    queryFn: () => get<{ feeds: FeedShown[] }>('/calendar-feeds'),
  })
  const [url, setUrl] = useState('')
  const settled = () => client.invalidateQueries({ queryKey: ['live'] })
  const add = useMutation({
    mutationFn: () => post('/calendar-feeds', { url }),
    onSuccess: () => setUrl(''),
    onSettled: settled,
  })
  const remove = useMutation({
    mutationFn: (id: string) => del(`/calendar-feeds/${id}`),
    onSettled: settled,
  })
  return (
    <Card title="Vacations from my calendar">
      <div className="flex flex-wrap items-end gap-3">
        <div className="flex-1 min-w-64">
          <Field
            label="Secret address of a calendar (iCal), read every six hours"
            placeholder="https://…/basic.ics"
            value={url}
            onChange={(event) => setUrl(event.target.value)}
          />
        </div>
        <Button why={url ? null : 'Paste an address'} onClick={() => add.mutate()}>
          Read it
        </Button>
      </div>
      <Complaint of={add.error ?? remove.error} />
      <ul className="divide-y divide-line mt-2">
        {(found.data?.feeds ?? []).map((one) => (
          <li key={one.id} className="py-2 flex flex-wrap items-center justify-between gap-3">
            <span>
              {one.host}{' '}
              <span className={one.problem ? 'text-error' : 'text-mute'}>
                {one.problem ?? (one.readAt ? `read ${when(one.readAt)}` : 'not read yet')}
              </span>
            </span>
            <Button onClick={() => remove.mutate(one.id)}>Stop reading</Button>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Links() {
  const client = useQueryClient()
  const found = useQuery({
    queryKey: ['live', 'links'],
    queryFn: () => get<{ links: LinkShown[] }>('/calendar-links'),
  })
  const schedules = useQuery({
    queryKey: ['live', 'schedules'],
    queryFn: () => get<{ schedules: Ref[] }>('/schedules'),
  })
  const [schedule, setSchedule] = useState('')
  const settled = () => client.invalidateQueries({ queryKey: ['live'] })
  const add = useMutation({
    mutationFn: () => post<{ url: string }>('/calendar-links', schedule ? { schedule } : {}),
    onSettled: settled,
  })
  const remove = useMutation({
    mutationFn: (id: string) => del(`/calendar-links/${id}`),
    onSettled: settled,
  })
  return (
    <Card title="Shifts in my calendar">
      <div className="flex flex-wrap items-end gap-3">
        <label className="grid gap-1">
          <span className="text-mute text-[12.5px]">Which shifts</span>
          <select
            value={schedule}
            onChange={(event) => setSchedule(event.target.value)}
            className="bg-bg border border-line rounded-md px-3 py-2 min-h-9"
          >
            <option value="">All of mine</option>
            {(schedules.data?.schedules ?? []).map((one) => (
              <option key={one.id} value={one.slug}>
                Everybody’s in {one.name}
              </option>
            ))}
          </select>
        </label>
        <Button onClick={() => add.mutate()}>Make an address</Button>
      </div>
      <Complaint of={add.error ?? remove.error} />
      {add.data ? (
        <p role="status" className="mt-2 grid gap-1">
          <span>
            Subscribe to this in your calendar. It is shown once; who has it sees the shifts.
          </span>
          <code className="font-mono text-[12.5px] wrap-anywhere bg-bg border border-line rounded-md px-2 py-1">
            {add.data.url}
          </code>
        </p>
      ) : null}
      <ul className="divide-y divide-line mt-2">
        {(found.data?.links ?? []).map((one) => (
          <li key={one.id} className="py-2 flex flex-wrap items-center justify-between gap-3">
            <span>
              {one.schedule ? `Everybody’s in ${one.schedule.name}` : 'All of mine'}{' '}
              <span className="text-mute">
                {one.usedAt ? `last asked for ${when(one.usedAt)}` : 'not used yet'}
              </span>
            </span>
            <Button onClick={() => remove.mutate(one.id)}>Revoke</Button>
          </li>
        ))}
      </ul>
    </Card>
  )
}
