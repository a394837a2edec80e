/** Holidays as people have them: lines that are pasted, or a calendar file. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '../api.ts'
import { Area } from '../ui/more.tsx'
import { Complaint } from '../ui/parts.tsx'

type Day = { date: string; name: string | null }

/** A line that is no day is sent all the same, so that the server says what is wrong with it. */
const daysIn = (text: string): Day[] =>
  text.split('\n').flatMap((line): Day[] => {
    const [date = '', ...words] = line.trim().split(/[\s,;]+/)
    return date === '' ? [] : [{ date, name: words.join(' ') || null }]
  })

const linesOf = (days: readonly Day[]): string =>
  days.map((one) => `${one.date} ${one.name ?? ''}`.trim()).join('\n')

export function Days({
  label,
  value,
  onChange,
}: {
  label: string
  value: unknown
  onChange: (days: Day[]) => void
}) {
  const [text, setText] = useState(() => linesOf(Array.isArray(value) ? (value as Day[]) : []))
  const write = (next: string): void => {
    setText(next)
    onChange(daysIn(next))
  }
  const read = useMutation({
    mutationFn: async (file: File) =>
      post<{ holidays: Day[]; problems: string[] }>('/calendars/read', { ics: await file.text() }),
    onSuccess: ({ holidays }) => {
      const known = new Set(text.split('\n'))
      const fresh = linesOf(holidays)
        .split('\n')
        .filter((line) => !known.has(line))
      write([...text.split('\n').filter((line) => line !== ''), ...fresh].sort().join('\n'))
    },
  })
  return (
    <div className="grid gap-2">
      <Area
        label={label}
        help="One a line: 2026-12-25 Christmas Day"
        rows={10}
        className="font-mono text-[13px]"
        spellCheck={false}
        value={text}
        onChange={(event) => write(event.target.value)}
      />
      <label className="grid gap-1">
        <span className="text-mute text-[12.5px]">Or add those of a calendar file (.ics)</span>
        <input
          type="file"
          accept=".ics,text/calendar"
          onChange={(event) => {
            const [file] = event.target.files ?? []
            if (file) read.mutate(file)
          }}
        />
      </label>
      <Complaint of={read.error} />
      {read.data ? (
        <p role="status" className="text-mute">
          {read.data.holidays.length} {read.data.holidays.length === 1 ? 'day' : 'days'} read; they
          are saved with the form. {read.data.problems.join(' ')}
        </p>
      ) : null}
    </div>
  )
}
