import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { del, get, post } from '../api.ts'
import { useMay } from '../config/may.ts'
import { Lane, type LaneShift, namesOf, type Picked, Ruler, wall } from '../ui/lanes.tsx'
import { Button, Card, Complaint, Field } from '../ui/parts.tsx'
import { RotaEditor } from './rota-editor.tsx'

type Ref = { id: string; slug: string; name: string }
export type FindingShown = { rule: string; sentence: string; wayOut: string }
type OverrideShown = {
  id: string
  kind: 'replace' | 'add' | 'remove'
  person: Ref | null
  replaces: Ref | null
  from: string
  to: string
}
export type DetailShown = {
  schedule: {
    id: string
    slug: string
    name: string
    timezone: string
    team: Ref | null
    rotations: RotationShown[]
    versions: string[]
  }
  from: string
  to: string
  shifts: LaneShift[]
  rotations: { id: string; shifts: LaneShift[] }[]
  overrides: OverrideShown[]
  findings: FindingShown[]
  managedBy: string | null
}
export type RotationShown = {
  id: string
  turns: (Ref | null)[][]
  every: { unit: 'hour' | 'day' | 'week' | 'month'; count: number }
  handoff: { weekday: string | null; date: number | null; time: string; calendar: string | null }
  starts: string
  ends: string | null
  only: { days: string[]; from: string; to: string }[]
}

export function SchedulePage() {
  const { slug } = useParams({ from: '/on-call/$slug' })
  const may = useMay()
  const [isEditing, setEditing] = useState(false)
  const [picked, setPicked] = useState<Picked | null>(null)
  const found = useQuery({
    queryKey: ['live', 'schedule', slug],
    queryFn: () => get<DetailShown>(`/schedules/${encodeURIComponent(slug)}`),
  })
  if (!found.data)
    return found.error ? <Complaint of={found.error} /> : <p className="text-mute">Loading…</p>
  const shown = found.data
  const { schedule } = shown
  const [from, to] = [Date.parse(shown.from), Date.parse(shown.to)]
  const lane = { from, to, zone: schedule.timezone }
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-baseline justify-between gap-3">
        <h1 className="text-xl font-semibold tracking-tight">
          <Link to="/on-call" className="text-mute hover:text-text">
            On-call
          </Link>{' '}
          / {schedule.name}
        </h1>
        <span className="text-mute">
          {schedule.timezone}
          {shown.managedBy ? ' · kept in a file' : ''}
        </span>
      </div>
      <Card title="The next four weeks">
        <div className="hidden md:grid gap-1.5">
          <Ruler {...lane} />
          <Lane label="Final" shifts={shown.shifts} {...lane} onPick={setPicked} />
          {shown.rotations.map((one) => (
            <Lane key={one.id} label={one.id} shifts={one.shifts} {...lane} />
          ))}
          {shown.overrides.length > 0 ? (
            <Lane label="Overrides" shifts={shown.overrides.map(asShift)} {...lane} />
          ) : null}
          <p className="text-mute text-[12.5px] mt-1">
            Click a shift to ask for cover, drag over it for a part of it, click a gap to fill it.
          </p>
        </div>
        <ol className="md:hidden divide-y divide-line">
          {shown.shifts.map((shift) => (
            <li key={shift.from} className="py-2 flex items-center justify-between gap-3">
              <span>
                <span
                  className={
                    shift.people.length === 0 ? 'text-critical font-semibold' : 'font-semibold'
                  }
                >
                  {namesOf(shift)}
                </span>
                <span className="block text-mute text-[12.5px]">
                  {wall(shift.from, schedule.timezone)} to {wall(shift.to, schedule.timezone)}
                </span>
              </span>
              <Button
                onClick={() =>
                  setPicked({ from: Date.parse(shift.from), to: Date.parse(shift.to), shift })
                }
              >
                {shift.people.length === 0 ? 'Fill' : 'Change'}
              </Button>
            </li>
          ))}
        </ol>
      </Card>
      {picked ? (
        <ChangeShift
          key={`${picked.from}-${picked.to}`}
          slug={slug}
          zone={schedule.timezone}
          picked={picked}
          onDone={() => setPicked(null)}
        />
      ) : null}
      <TakePager slug={slug} why={may.whyNotOnCall(schedule.team)} />
      <Findings findings={shown.findings} />
      <Overrides
        slug={slug}
        zone={schedule.timezone}
        overrides={shown.overrides}
        why={may.whyNotOnCall(schedule.team)}
      />
      {isEditing ? (
        <EditRotations shown={shown} onDone={() => setEditing(false)} />
      ) : (
        <div>
          <Button why={may.whyNot(schedule.team)} onClick={() => setEditing(true)}>
            Edit rotations
          </Button>
          {may.whyNot(schedule.team) ? (
            <p className="mt-1 text-mute text-[12.5px]">{may.whyNot(schedule.team)}.</p>
          ) : null}
        </div>
      )}
    </div>
  )
}

/** With everything else that is stored of the schedule, so that saving rotations changes rotations only. */
function EditRotations({ shown, onDone }: { shown: DetailShown; onDone: () => void }) {
  const { schedule } = shown
  const found = useQuery({
    queryKey: ['entry', 'schedules', schedule.slug],
    queryFn: () => get<{ form: Record<string, unknown> }>(`/config/schedules/${schedule.slug}`),
    staleTime: 0,
  })
  if (!found.data) return <Complaint of={found.error} />
  const { id: _, ...stored } = found.data.form
  return (
    <RotaEditor
      schedule={{ ...schedule, team: schedule.team?.slug ?? null }}
      stored={stored}
      managedBy={shown.managedBy}
      onDone={onDone}
      onSaved={onDone}
    />
  )
}

const asShift = (one: OverrideShown): LaneShift => ({
  from: one.from,
  to: one.to,
  people: one.kind === 'remove' ? [] : [{ person: one.person, why: one.kind }],
})

/** As a sentence on a page: names without their marks, a capital, a full stop. */
const plainly = (text: string): string => {
  const plain = text.replaceAll('`', '')
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1).replace(/\.$/, '')}.`
}

export const Findings = ({ findings }: { findings: readonly FindingShown[] }) =>
  findings.length === 0 ? null : (
    <Card title={`What to look at (${findings.length})`}>
      <ul className="grid gap-2">
        {findings.map((one) => (
          <li key={`${one.rule}${one.sentence}`}>
            <span className="text-warning" aria-hidden="true">
              ▲{' '}
            </span>
            {plainly(one.sentence)}{' '}
            <span className="text-mute">
              {plainly(one.wayOut)} <code className="text-[12px]">{one.rule}</code>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )

/** `2026-11-24T10:00` on the wall of the zone, which is what an input takes. */
function localInput(at: number, zone: string): string {
  return new Date(at).toLocaleString('sv-SE', { timeZone: zone }).replace(' ', 'T').slice(0, 16)
}

function ChangeShift({
  slug,
  zone,
  picked,
  onDone,
}: {
  slug: string
  zone: string
  picked: Picked
  onDone: () => void
}) {
  const client = useQueryClient()
  const people = useQuery({
    queryKey: ['people'],
    queryFn: () => get<{ people: Ref[] }>('/people'),
  })
  const isGap = picked.shift.people.length === 0
  const holder = picked.shift.people[0]?.person ?? null
  const [from, setFrom] = useState(localInput(Math.max(picked.from, Date.now()), zone))
  const [to, setTo] = useState(localInput(picked.to, zone))
  const [reason, setReason] = useState('')
  const [person, setPerson] = useState('')
  const settled = () => client.invalidateQueries({ queryKey: ['live'] })
  const ask = useMutation({
    mutationFn: () => post('/covers', { schedule: slug, person: holder?.slug, from, to, reason }),
    onSuccess: onDone,
    onSettled: settled,
  })
  const put = useMutation({
    mutationFn: () => post(`/schedules/${slug}/overrides`, { person, from, to, reason }),
    onSuccess: onDone,
    onSettled: settled,
  })
  return (
    <Card
      title={isGap ? 'Fill this gap' : `${namesOf(picked.shift)}: cover or override`}
      aside={
        <Button tone="quiet" onClick={onDone}>
          Close
        </Button>
      }
    >
      <div className="grid gap-3 md:grid-cols-4 items-end">
        <Field
          label={`From (${zone})`}
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
          label="Why (others see it)"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        {isGap ? null : (
          <Button tone="main" disabled={ask.isPending} onClick={() => ask.mutate()}>
            Ask everybody for cover
          </Button>
        )}
      </div>
      <div className="mt-3 flex flex-wrap items-end gap-3">
        <label className="grid gap-1">
          <span className="text-mute text-[12.5px]">
            {isGap ? 'Who has it' : 'Or put somebody on call instead'}
          </span>
          <select
            value={person}
            onChange={(event) => setPerson(event.target.value)}
            className="bg-bg border border-line rounded-md px-3 py-2 min-h-9"
          >
            <option value="">Choose a person</option>
            {(people.data?.people ?? []).map((one) => (
              <option key={one.id} value={one.slug}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
        <Button
          disabled={put.isPending}
          why={person === '' ? 'Choose a person first' : null}
          onClick={() => put.mutate()}
        >
          Put on call
        </Button>
      </div>
      <Complaint of={ask.error ?? put.error} />
    </Card>
  )
}

function TakePager({ slug, why }: { slug: string; why: string | null }) {
  const client = useQueryClient()
  const take = useMutation({
    mutationFn: (span: string) => post(`/schedules/${slug}/take`, { for: span }),
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
  return (
    <div className="flex flex-wrap items-center gap-2">
      <span className="text-mute">Give them a break:</span>
      {['1h', '2h', '4h'].map((span) => (
        <Button key={span} why={why} disabled={take.isPending} onClick={() => take.mutate(span)}>
          I take the pager for {span.replace('h', ' h')}
        </Button>
      ))}
      <Complaint of={take.error} />
      {take.isSuccess ? (
        <span role="status" className="text-done">
          You have the pager.
        </span>
      ) : null}
    </div>
  )
}

function Overrides({
  slug,
  zone,
  overrides,
  why,
}: {
  slug: string
  zone: string
  overrides: OverrideShown[]
  why: string | null
}) {
  const client = useQueryClient()
  const end = useMutation({
    mutationFn: (id: string) => del(`/schedules/${slug}/overrides/${id}`),
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
  if (overrides.length === 0) return null
  return (
    <Card title="Overrides">
      <Complaint of={end.error} />
      <ul className="divide-y divide-line">
        {overrides.map((one) => (
          <li key={one.id} className="py-2 flex flex-wrap items-center justify-between gap-3">
            <span>
              <strong>{one.person?.name}</strong>{' '}
              {one.kind === 'remove'
                ? 'is taken off'
                : one.kind === 'add'
                  ? 'is on call besides'
                  : one.replaces
                    ? `stands in for ${one.replaces.name}`
                    : 'is on call'}
              <span className="block text-mute text-[12.5px]">
                {wall(one.from, zone)} to {wall(one.to, zone)}
              </span>
            </span>
            <Button why={why} onClick={() => end.mutate(one.id)}>
              {Date.parse(one.from) <= Date.now() ? 'End now' : 'Take out'}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  )
}
