import { useQuery } from '@tanstack/react-query'
import { get } from '../api.ts'
import { Card, Complaint, Empty } from '../ui/parts.tsx'
import { when } from '../ui/time.ts'
import { Survey } from './survey.tsx'

type Bands = { sleep: number; off: number; business: number }
type PersonLoad = {
  person: { id: string; name: string } | null
  pages: number
  pagesByBand: Bands
  pagesInSevenDays: number
  isOverloaded: boolean
  hours: number
  hoursByBand: Bands
  weeksInARow: number
  overload: number
  restUntil: string | null
  relief: { id: string; name: string }[] | null
}
type LoadShown = {
  from: string
  to: string
  me: PersonLoad | null
  teams: {
    team: { id: string; name: string } | null
    size: number
    pages: number
    sleepPages: number
    overloaded: number
    balance: number
    people: PersonLoad[] | null
  }[]
}

/** What on-call costs people: mine first, teams in sum, and nobody in an order. */
export function LoadPage() {
  const found = useQuery({ queryKey: ['live', 'load'], queryFn: () => get<LoadShown>('/load') })
  if (!found.data)
    return found.error ? <Complaint of={found.error} /> : <p className="text-mute">Loading…</p>
  const { me, teams } = found.data
  return (
    <div className="grid gap-4">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">Load</h1>
        <p className="text-mute">The last four weeks. Retries and several channels are one page.</p>
      </div>
      {me ? (
        <Card title="Yours">
          <Person load={me} isOwn />
        </Card>
      ) : null}
      <Survey />
      {teams.length === 0 ? (
        <Empty title="No teams yet.">
          <p>Load is counted for the people of a team, over the schedules of that team.</p>
        </Empty>
      ) : null}
      {teams.map((one) => (
        <Card
          key={one.team?.id}
          title={one.team?.name ?? ''}
          aside={<span>{one.size} people</span>}
        >
          <p>
            <strong>{one.pages}</strong> pages, <strong>{one.sleepPages}</strong> of them in
            somebody’s sleep.{' '}
            {one.overloaded > 0 ? (
              <span className="text-error font-semibold">
                {one.overloaded} {one.overloaded === 1 ? 'person has' : 'people have'} had more than
                five in seven days.
              </span>
            ) : (
              <span className="text-mute">Nobody has had more than five in seven days.</span>
            )}
          </p>
          <p className={one.balance >= 0.95 ? 'text-mute' : 'text-warning'}>
            Hours are shared {one.balance >= 0.95 ? 'evenly' : 'unevenly'} ({one.balance.toFixed(2)}{' '}
            of 1).
          </p>
          {one.people ? (
            <ul className="mt-2 divide-y divide-line">
              {one.people.map((person) => (
                <li key={person.person?.id} className="py-2">
                  <Person load={person} />
                </li>
              ))}
            </ul>
          ) : null}
        </Card>
      ))}
    </div>
  )
}

const BANDS = [
  { key: 'sleep', label: 'sleep, 22 to 8', tone: 'bg-error' },
  { key: 'off', label: 'evenings and weekends', tone: 'bg-warning' },
  { key: 'business', label: 'working hours', tone: 'bg-info' },
] as const

function Person({ load, isOwn = false }: { load: PersonLoad; isOwn?: boolean }) {
  const total = Math.max(1, load.hours)
  return (
    <div className="grid gap-1.5">
      <p className="flex flex-wrap gap-x-4 gap-y-1">
        {isOwn ? null : <strong>{load.person?.name}</strong>}
        <span>
          {load.pages} {load.pages === 1 ? 'page' : 'pages'}
          {load.pagesByBand.sleep > 0 ? `, ${load.pagesByBand.sleep} in sleep` : ''}
        </span>
        <span className={load.isOverloaded ? 'text-error font-semibold' : 'text-mute'}>
          {load.pagesInSevenDays} in seven days
        </span>
        <span className={load.weeksInARow > 2 ? 'text-warning' : 'text-mute'}>
          {load.weeksInARow} {load.weeksInARow === 1 ? 'week' : 'weeks'} in a row
        </span>
        <span className="text-mute">
          {load.hours} h on call
          {load.overload === 0
            ? ''
            : `, ${Math.round(Math.abs(load.overload) * 100)} % ${load.overload > 0 ? 'above' : 'below'} the mean`}
        </span>
      </p>
      {load.restUntil ? (
        <p className="text-warning">
          Up at night: rest until {when(load.restUntil)}
          {isOwn ? '. Let somebody take the pager.' : ''}
        </p>
      ) : null}
      {load.relief ? (
        <p className="text-warning">
          Too much of late.{' '}
          {load.relief.length > 0
            ? `${load.relief.map((one) => one.name).join(', ')} had quiet days: ask them for cover.`
            : 'Nobody in the team had quiet days: look at what pages most.'}
        </p>
      ) : null}
      <div
        className="flex h-2.5 rounded overflow-hidden bg-raise"
        role="img"
        aria-label={BANDS.map((band) => `${load.hoursByBand[band.key]} h ${band.label}`).join(', ')}
      >
        {BANDS.map((band) => (
          <span
            key={band.key}
            title={`${load.hoursByBand[band.key]} h ${band.label}`}
            className={band.tone}
            style={{ width: `${(100 * load.hoursByBand[band.key]) / total}%` }}
          />
        ))}
      </div>
      {isOwn ? (
        <p className="text-mute text-[12.5px] flex flex-wrap gap-3">
          {BANDS.map((band) => (
            <span key={band.key}>
              <span
                aria-hidden="true"
                className={`inline-block w-2 h-2 rounded-full ${band.tone}`}
              />{' '}
              {load.hoursByBand[band.key]} h {band.label}
            </span>
          ))}
        </p>
      ) : null}
    </div>
  )
}
