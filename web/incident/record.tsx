import { Card, clock } from '../ui/parts.tsx'
import { when } from '../ui/time.ts'
import { dueShown, type Incident, inOrderOfNeed, ROLES } from './use.ts'

const STAMPS: readonly (readonly [string, string])[] = [
  ['startedAt', 'It began'],
  ['detectedAt', 'It was noticed'],
  ['acknowledgedAt', 'Somebody answered'],
  ['declaredAt', 'It was declared'],
  ['identifiedAt', 'The cause was found'],
  ['mitigatedAt', 'Users could work again'],
  ['recoveredAt', 'It had recovered'],
  ['allClearAt', 'All clear'],
  ['closedAt', 'It was closed'],
]

/** What is kept of it: stamps, levels, who held what, and every promise with what became of it. */
export const Record = ({ incident }: { incident: Incident }) => (
  <div className="grid gap-4 lg:grid-cols-2 items-start">
    <Card title="When">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        {STAMPS.map(([name, label]) => (
          <div key={name} className="contents">
            <dt className="text-mute">{label}</dt>
            <dd className="tabular">
              {incident.stamps[name] ? when(incident.stamps[name] ?? '') : '–'}
            </dd>
          </div>
        ))}
      </dl>
      {incident.impossible.map((one) => (
        <p key={one.before + one.after} className="text-error pt-2">
          {one.before} lies after {one.after}: one of them is wrong.
        </p>
      ))}
      {incident.isAllClearEarly ? (
        <p className="text-warning pt-2">The all-clear came before its time, with a reason.</p>
      ) : null}
    </Card>
    <Card title="How bad">
      <ol className="grid gap-1">
        {incident.levels.map((one) => (
          <li key={one.at + one.rule}>
            <span className="font-mono text-mute text-[12.5px]">{clock(one.at)}</span> SEV
            {one.level}{' '}
            <span className="text-mute">
              {one.rule === 'person' ? (one.by?.name ?? 'a person') : `rule ${one.rule}`}
              {one.reason ? `: ${one.reason}` : ''}
            </span>
          </li>
        ))}
      </ol>
    </Card>
    <Card title="Who held what">
      <ol className="grid gap-1">
        {incident.roles.map((one) => (
          <li key={one.role + one.from}>
            {ROLES[one.role]}: {one.person?.name ?? 'somebody'}{' '}
            <span className="text-mute font-mono text-[12.5px]">
              {clock(one.from).slice(0, 5)} to {one.to ? clock(one.to).slice(0, 5) : 'now'}
            </span>
          </li>
        ))}
        {incident.gaps.map((one) => (
          <li key={one.from} className="text-error">
            Nobody commanded from {clock(one.from)} to {clock(one.to)}.
          </li>
        ))}
      </ol>
    </Card>
    {incident.breach ? (
      <Card title="Breach of data">
        <p className="pb-1">
          Known since {when(incident.breach.awareAt)}, to be told by {when(incident.breach.dueAt)}.
        </p>
        <ul className="grid gap-1">
          {incident.breach.tell.map((one) => (
            <li key={one.whom} className="wrap-anywhere">
              {one.whom}:{' '}
              <span className={one.toldAt ? 'text-mute' : 'text-error'}>
                {one.toldAt
                  ? `told ${when(one.toldAt)} by ${one.by?.name ?? 'somebody'}`
                  : 'not told yet'}
                {one.reference ? ` (${one.reference})` : ''}
              </span>
            </li>
          ))}
        </ul>
      </Card>
    ) : null}
    <Card
      title="What was owed"
      aside={
        <span className="flex gap-3">
          <a
            className="underline underline-offset-4"
            href={`/api/v1/incidents/${incident.name}/report.md`}
            download={`${incident.name}.md`}
          >
            Report
          </a>
          <a
            className="underline underline-offset-4"
            href={`/api/v1/incidents/${incident.name}/evidence`}
            download={`${incident.name}-evidence.json`}
          >
            Evidence
          </a>
        </span>
      }
    >
      <table className="w-full text-left">
        <thead className="text-mute text-[12.5px]">
          <tr>
            <th className="font-normal pr-3">what</th>
            <th className="font-normal pr-3">due</th>
            <th className="font-normal">outcome</th>
          </tr>
        </thead>
        <tbody>
          {inOrderOfNeed(incident.owed).map((one) => (
            <tr key={one.id} className="border-t border-line">
              <td className="py-1 pr-3">
                {one.label}
                <span className="text-mute"> {one.owner?.name}</span>
              </td>
              <td className="font-mono text-[12.5px] pr-3">{dueShown(one)}</td>
              <td>
                {one.outcome}
                {one.metAt ? (
                  <span className="text-mute font-mono text-[12.5px]">
                    {' '}
                    {clock(one.metAt).slice(0, 5)}
                  </span>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  </div>
)
