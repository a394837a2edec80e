import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ForecastShown } from '../../src/contract/views.ts'
import { get } from '../api.ts'
import { Card, Complaint, Field } from '../ui/parts.tsx'

type Ref = { id: string; slug: string; name: string }

/** The pager's own answer, for any moment. */
export function WhoPage() {
  const services = useQuery({
    queryKey: ['services'],
    queryFn: () => get<{ services: Ref[] }>('/services'),
  })
  const [service, setService] = useState('')
  const [at, setAt] = useState('now')
  const [severity, setSeverity] = useState('1')
  const chosen = service || services.data?.services[0]?.slug || ''
  const query = new URLSearchParams({ service: chosen, at: at.trim() || 'now', severity })
  const found = useQuery({
    queryKey: ['live', 'who', query.toString()],
    queryFn: () => get<ForecastShown>(`/who?${query}`),
    enabled: chosen !== '',
    placeholderData: (before) => before,
  })
  const select = 'bg-bg border border-line rounded-md px-3 py-2 min-h-9 w-full'
  return (
    <div className="grid gap-4">
      <h1 className="text-xl font-semibold tracking-tight">Who would be paged?</h1>
      <div className="grid gap-3 md:grid-cols-3">
        <label className="grid gap-1">
          <span className="text-mute text-[12.5px]">Service</span>
          <select className={select} value={chosen} onChange={(e) => setService(e.target.value)}>
            {(services.data?.services ?? []).map((one) => (
              <option key={one.id} value={one.slug}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
        <Field
          label='When: now, "sunday 03:10", 2026-12-25 09:00, +2h'
          value={at}
          onChange={(event) => setAt(event.target.value)}
        />
        <label className="grid gap-1">
          <span className="text-mute text-[12.5px]">Severity</span>
          <select className={select} value={severity} onChange={(e) => setSeverity(e.target.value)}>
            {['1', '2', '3', '4'].map((one) => (
              <option key={one} value={one}>
                SEV{one}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Complaint of={found.error} />
      {found.data ? <Forecast found={found.data} /> : null}
    </div>
  )
}

function Forecast({ found }: { found: ForecastShown }) {
  const start = Date.parse(found.at)
  return (
    <Card title={`${new Date(found.at).toUTCString()}, ${found.urgency} urgency`}>
      <p className="font-semibold mb-2">{found.sentence}</p>
      <ol className="divide-y divide-line">
        {found.pages.slice(0, 20).map((page) => (
          <li
            key={`${page.at}${page.person.id}${page.level}${page.round}`}
            className="py-2 grid gap-x-3 md:grid-cols-[5rem_minmax(0,1fr)_minmax(0,1fr)]"
          >
            <span className="font-mono text-mute">
              +{Math.round((Date.parse(page.at) - start) / 60_000)} min
            </span>
            <span>
              <strong>{page.person.name}</strong>
              <span className="text-mute">
                {' '}
                {page.localTime} in {page.timezone}
              </span>
              <span className="block text-mute text-[12.5px]">
                {page.contacts.map((one) => `${one.contact} at ${one.after}`).join(', ')}
              </span>
            </span>
            <span className="text-mute">
              {page.isFallback ? '' : `level ${page.level}: `}
              {page.why}
            </span>
          </li>
        ))}
      </ol>
      {found.passed.map((one) => (
        <p key={`${one.at}${one.level}`} className="text-warning">
          Level {one.level} is passed at once:{' '}
          {one.reason === 'nobodyOnCall'
            ? 'nobody is on call there'
            : 'nobody there can be reached'}
          .
        </p>
      ))}
    </Card>
  )
}
