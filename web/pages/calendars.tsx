import { Link } from '@tanstack/react-router'
import { useMay } from '../config/may.ts'
import { useState } from 'react'
import { EntryEditor } from '../config/editor.tsx'
import type { FieldSpec } from '../config/field.tsx'
import { type Named, useNamed } from '../config/lists.ts'
import { useActions } from '../shell/actions.ts'
import { PageHead, Skeleton } from '../ui/more.tsx'
import { Button, Card, Complaint, Empty } from '../ui/parts.tsx'

type CalendarShown = Named & { weekend: string[]; holidays: { date: string; name: string }[] }

const CALENDAR: readonly FieldSpec[] = [
  { name: 'name', label: 'Name', kind: 'text' },
  { name: 'weekend', label: 'Weekend', kind: 'words', help: 'sat, sun unless it says otherwise' },
  { name: 'holidays', label: 'Holidays', kind: 'days' },
]

/** Public holidays: people live by them, and hand-offs wait for the next working day. */
export function CalendarsPage() {
  const may = useMay()
  const found = useNamed<CalendarShown>('calendars')
  const [open, setOpen] = useState<string | null>(null)
  useActions([
    { id: 'new-calendar', label: 'New calendar', group: 'Calendars', run: () => setOpen('') },
  ])
  const calendars = found.data ?? []
  return (
    <div className="grid gap-4">
      <PageHead title="Calendars">
        <Link to="/on-call" className="underline underline-offset-4">
          On-call
        </Link>
        <Button why={may.whyNotAdmin} onClick={() => setOpen(open === '' ? null : '')}>
          {open === '' ? 'Not now' : 'New calendar'}
        </Button>
      </PageHead>
      <Complaint of={found.error} />
      {found.isPending ? <Skeleton /> : null}
      {open === '' ? (
        <Card title="New calendar">
          <EntryEditor
            section="calendars"
            slug={null}
            fields={CALENDAR}
            onSaved={() => setOpen(null)}
          />
        </Card>
      ) : null}
      {found.isSuccess && calendars.length === 0 && open === null ? (
        <Empty title="No calendars yet.">
          <p>
            With a calendar of public holidays, a hand-off waits for the next working day, and load
            counts a holiday as one.
          </p>
        </Empty>
      ) : null}
      {calendars.map((one) => (
        <Card
          key={one.id}
          title={one.name}
          aside={
            <Button tone="quiet" onClick={() => setOpen(open === one.slug ? null : one.slug)}>
              {open === one.slug ? 'Close' : 'Edit'}
            </Button>
          }
        >
          {open === one.slug ? (
            <EntryEditor
              section="calendars"
              slug={one.slug}
              fields={CALENDAR}
              onSaved={() => setOpen(null)}
              onRemoved={() => setOpen(null)}
            />
          ) : (
            <Next calendar={one} />
          )}
        </Card>
      ))}
    </div>
  )
}

const SHOWN = 4

function Next({ calendar }: { calendar: CalendarShown }) {
  const today = new Date().toISOString().slice(0, 10)
  const ahead = calendar.holidays.filter((one) => one.date >= today)
  if (ahead.length === 0)
    return (
      <p className={calendar.holidays.length > 0 ? 'text-warning' : 'text-mute'}>
        {calendar.holidays.length > 0
          ? `Its last day was ${calendar.holidays.at(-1)?.date}: put in those of the next year.`
          : 'Weekends only.'}
      </p>
    )
  return (
    <ul>
      {ahead.slice(0, SHOWN).map((one) => (
        <li key={`${one.date}${one.name}`}>
          <span className="font-mono">{one.date}</span> {one.name}
        </li>
      ))}
      {ahead.length > SHOWN ? (
        <li className="text-mute">
          and {ahead.length - SHOWN} more, the last on {ahead.at(-1)?.date}
        </li>
      ) : null}
    </ul>
  )
}
