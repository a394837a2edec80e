/** Rotations edited on screen: what it would do to people is shown before it is saved. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { post, put } from '../api.ts'
import { useOptions } from '../config/lists.ts'
import { Lane, type LaneShift, Ruler } from '../ui/lanes.tsx'
import { Select } from '../ui/more.tsx'
import { Button, Card, Complaint, Field } from '../ui/parts.tsx'
import { Findings, type FindingShown, type RotationShown } from './schedule.tsx'

type Draft = {
  id: string
  people: string
  every: string
  day: string
  date: string
  time: string
  calendar: string
  starts: string
  ends: string
  only: RotationShown['only']
}
type Preview = { sentence: string; shifts: LaneShift[]; findings: FindingShown[] }

const UNITS = { hour: 'h', day: 'd', week: 'w', month: 'mo' } as const

const toDraft = (one: RotationShown): Draft => ({
  id: one.id,
  people: one.turns.map((turn) => turn.map((person) => person?.slug ?? '?').join('+')).join(', '),
  every: `${one.every.count}${UNITS[one.every.unit]}`,
  day: one.handoff.weekday ?? '',
  date: one.handoff.date === null ? '' : String(one.handoff.date),
  time: one.handoff.time,
  calendar: one.handoff.calendar ?? '',
  starts: one.starts,
  ends: one.ends ?? '',
  only: one.only,
})

/** As a file has it: empty fields are left out. */
function toForm(one: Draft): Record<string, unknown> {
  const turns = one.people
    .split(',')
    .map((turn) =>
      turn
        .trim()
        .split('+')
        .map((person) => person.trim()),
    )
    .filter((turn) => turn[0] !== '')
  return {
    id: one.id,
    people: turns.map((turn) => (turn.length === 1 ? turn[0] : turn)),
    every: one.every,
    handoff: {
      day: one.every.endsWith('w') && one.day ? one.day : null,
      date: one.every.endsWith('mo') && one.date ? Number(one.date) : null,
      time: one.time,
      calendar: one.every.endsWith('h') ? null : one.calendar || null,
    },
    starts: one.starts,
    ends: one.ends || null,
    only: one.only,
  }
}

const NEW: Draft = {
  id: 'weekly',
  people: '',
  every: '1w',
  day: 'mon',
  date: '',
  time: '10:00',
  calendar: '',
  starts: new Date().toISOString().slice(0, 10),
  ends: '',
  only: [],
}

type Edited = {
  slug: string
  name: string
  timezone: string
  /** The short name of its team. */
  team: string | null
  /** Null: a new schedule, with one rotation to begin with. */
  rotations: RotationShown[] | null
}

export function RotaEditor({
  schedule,
  stored = {},
  managedBy,
  why = null,
  onDone,
  onSaved,
}: {
  schedule: Edited
  /** As a file has it: what is not edited here stays as it is. */
  stored?: Readonly<Record<string, unknown>>
  managedBy: string | null
  /** Why it can neither be tried nor saved yet. */
  why?: string | null
  onDone: () => void
  onSaved: () => void
}) {
  const client = useQueryClient()
  const calendars = useOptions('calendars')
  const [drafts, setDrafts] = useState(schedule.rotations?.map(toDraft) ?? [NEW])
  const [effective, setEffective] = useState('')
  const form = {
    schedule: {
      ...stored,
      name: schedule.name,
      team: schedule.team,
      timezone: schedule.timezone,
      effective: effective || null,
      rotations: drafts.map(toForm),
    },
  }
  const path = `/schedules/${schedule.slug}`
  const told = JSON.stringify([path, form])
  const preview = useMutation({
    mutationFn: async () => ({ of: told, ...(await post<Preview>(`${path}/preview`, form)) }),
  })
  const save = useMutation({
    mutationFn: () => put<Preview>(path, form),
    onSuccess: onSaved,
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
  const change = (index: number, part: Partial<Draft>): void => {
    setDrafts(drafts.map((one, at) => (at === index ? { ...one, ...part } : one)))
  }
  // What was shown for another form says nothing about this one.
  const seen = preview.data?.of === told ? preview.data : undefined
  const first = seen?.shifts[0]
  const last = seen?.shifts.at(-1)
  return (
    <Card
      title="Rotations (later ones win where they overlap)"
      aside={
        <Button tone="quiet" onClick={onDone}>
          Close
        </Button>
      }
    >
      {managedBy ? (
        <p className="text-warning mb-2">
          A file keeps this schedule: the next apply of that file puts it back.
        </p>
      ) : null}
      <div className="grid gap-4">
        {drafts.map((one, index) => (
          <fieldset
            // biome-ignore lint/suspicious/noArrayIndexKey: their names are being edited, their order is what they are
            key={index}
            className="grid gap-3 md:grid-cols-6 items-end border-t border-line pt-3"
          >
            <Field
              label="Name"
              value={one.id}
              onChange={(event) => change(index, { id: event.target.value })}
            />
            <div className="md:col-span-2">
              <Field
                label="People in turn (a+b: together)"
                value={one.people}
                onChange={(event) => change(index, { people: event.target.value })}
              />
            </div>
            <Field
              label="Every (12h, 1d, 1w, 1mo)"
              value={one.every}
              onChange={(event) => change(index, { every: event.target.value })}
            />
            {one.every.endsWith('mo') ? (
              <Field
                label="On the"
                inputMode="numeric"
                value={one.date}
                onChange={(event) => change(index, { date: event.target.value })}
              />
            ) : (
              <Field
                label="On (mon to sun)"
                value={one.day}
                disabled={!one.every.endsWith('w')}
                onChange={(event) => change(index, { day: event.target.value })}
              />
            )}
            <Field
              label="At"
              type="time"
              value={one.time}
              onChange={(event) => change(index, { time: event.target.value })}
            />
            <Field
              label="From"
              type="date"
              value={one.starts}
              onChange={(event) => change(index, { starts: event.target.value })}
            />
            <Field
              label="Until (open if empty)"
              type="date"
              value={one.ends}
              onChange={(event) => change(index, { ends: event.target.value })}
            />
            <Select
              label="Not on holidays of"
              disabled={one.every.endsWith('h')}
              options={[{ value: '', label: '–' }, ...calendars]}
              value={one.calendar}
              onChange={(event) => change(index, { calendar: event.target.value })}
            />
            <div className="md:col-span-2 text-mute text-[12.5px]">
              {one.only.length > 0
                ? `Only ${one.only.map((only) => `${only.days.join(' ')} ${only.from}–${only.to}`).join(', ')}`
                : 'At all hours'}
            </div>
            <Button onClick={() => setDrafts(drafts.filter((_, at) => at !== index))}>
              Remove
            </Button>
          </fieldset>
        ))}
        <div className="flex flex-wrap items-end gap-3">
          <Button
            onClick={() => setDrafts([...drafts, { ...NEW, id: `rotation-${drafts.length + 1}` }])}
          >
            Add a rotation
          </Button>
          <Field
            label="Takes effect (at once if empty)"
            type="datetime-local"
            value={effective}
            onChange={(event) => {
              setEffective(event.target.value)
            }}
          />
          <Button tone={seen ? 'plain' : 'main'} why={why} onClick={() => preview.mutate()}>
            What would that do?
          </Button>
          <Button
            tone={seen ? 'main' : 'plain'}
            why={why ?? (seen ? null : 'Look at what it does first')}
            disabled={save.isPending}
            onClick={() => save.mutate()}
          >
            Save
          </Button>
        </div>
        <Complaint of={preview.error ?? save.error} />
        {seen && first && last ? (
          <div className="grid gap-2" role="status">
            <p className="font-semibold">In the next eight weeks: {seen.sentence}</p>
            <Ruler
              from={Date.parse(first.from)}
              to={Date.parse(last.to)}
              zone={schedule.timezone}
            />
            <Lane
              label="Final"
              shifts={seen.shifts}
              from={Date.parse(first.from)}
              to={Date.parse(last.to)}
              zone={schedule.timezone}
            />
            <Findings findings={seen.findings} />
          </div>
        ) : null}
      </div>
    </Card>
  )
}
