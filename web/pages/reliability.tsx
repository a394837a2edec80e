import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ObjectiveShown } from '../../src/contract/objectives.ts'
import { get } from '../api.ts'
import { useActions } from '../shell/actions.ts'
import { BudgetBar, percent, STATE_TONES, STATE_WORDS } from '../ui/budget.tsx'
import { PageHead, Skeleton } from '../ui/more.tsx'
import { Button, Card, Complaint, Empty } from '../ui/parts.tsx'
import { NewObjective } from './new-objective.tsx'

const LOOK_EVERY_MS = 15_000

/** Which promises hold: services by their worst objective. */
export function ReliabilityPage() {
  const [isNew, setNew] = useState(false)
  const found = useQuery({
    queryKey: ['objectives'],
    queryFn: () => get<{ objectives: ObjectiveShown[] }>('/objectives'),
    refetchInterval: LOOK_EVERY_MS,
  })
  useActions([
    {
      id: 'new-objective',
      label: 'New objective',
      keys: 'n',
      group: 'Reliability',
      run: () => setNew(true),
    },
  ])
  const objectives = found.data?.objectives ?? []
  return (
    <div className="grid gap-4">
      <PageHead title="Reliability">
        <Button onClick={() => setNew(!isNew)}>{isNew ? 'Not now' : 'New objective'}</Button>
      </PageHead>
      {isNew ? <NewObjective /> : null}
      <Complaint of={found.error} />
      {found.isPending ? <Skeleton rows={4} /> : null}
      {found.isSuccess && objectives.length === 0 && !isNew ? (
        <Empty title="Nothing is promised yet.">
          <p>
            An objective says what share of requests has to succeed. What it leaves is a budget:
            when it burns too fast somebody is paged, and when it is spent deploys wait.
          </p>
          <p>
            All it takes is the address of a Prometheus, or a program that sends counts. Objectives
            of OpenSLO and Sloth are read with{' '}
            <code className="font-mono text-[12.5px]">npx allclear import-objectives</code>.
          </p>
        </Empty>
      ) : null}
      {byService(objectives).map(({ name, worst, all }) => (
        <Card
          key={name}
          title={name}
          aside={
            <span className={worst.state ? STATE_TONES[worst.state] : 'text-mute'}>
              {worst.state ? STATE_WORDS[worst.state] : 'no data'}
            </span>
          }
        >
          <ul className="divide-y divide-line">
            {all.map((one) => (
              <Row key={one.id} of={one} />
            ))}
          </ul>
        </Card>
      ))}
    </div>
  )
}

const left = (one: ObjectiveShown): number => one.left ?? Number.POSITIVE_INFINITY

/** Worst first, services and objectives alike. What is not known stands at the end. */
function byService(objectives: readonly ObjectiveShown[]) {
  const services = new Map<string, ObjectiveShown[]>()
  for (const one of objectives) {
    const name = one.service?.name ?? 'No service'
    services.set(name, [...(services.get(name) ?? []), one])
  }
  return [...services]
    .map(([name, some]) => {
      const all = some.toSorted((a, b) => left(a) - left(b))
      return { name, all, worst: all[0] as ObjectiveShown }
    })
    .sort((a, b) => left(a.worst) - left(b.worst))
}

const Row = ({ of }: { of: ObjectiveShown }) => (
  <li className="py-2.5 grid gap-x-5 gap-y-1.5 md:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)_minmax(0,11rem)] items-center">
    <div className="min-w-0">
      <Link
        to="/reliability/$slug"
        params={{ slug: of.slug }}
        className="font-medium hover:underline underline-offset-4"
      >
        {of.name}
      </Link>
      <p className="text-mute">
        {of.target} over {of.window}
        {of.ratio === null ? '' : ` · ${percent(of.ratio, 3)} now`}
      </p>
    </div>
    <div className="grid gap-1">
      <BudgetBar of={of} />
      <p className="text-mute tabular">
        {of.left === null ? 'no data' : `${percent(of.left)} of the budget left`}
      </p>
    </div>
    <p
      className={of.page ? 'text-critical font-semibold' : of.ticket ? 'text-warning' : 'text-mute'}
    >
      {of.page ? 'Burns: pages' : of.ticket ? 'Burns: a ticket' : of.status}
    </p>
  </li>
)
