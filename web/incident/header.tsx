import { useState } from 'react'
import { useActions } from '../shell/actions.ts'
import { Keys } from '../ui/keys.tsx'
import { Ago, Button, Complaint, Countdown } from '../ui/parts.tsx'
import { AllClear } from './all-clear.tsx'
import { Chip, Drill } from './chip.tsx'
import { Roles } from './roles.tsx'
import { SeveritySheet } from './severity.tsx'
import { type Incident, isOver, useDo } from './use.ts'

const STEPS = [
  ['triage', 'Triage'],
  ['investigating', 'Investigating'],
  ['identified', 'Identified'],
  ['mitigating', 'Mitigating'],
  ['monitoring', 'Monitoring'],
  ['resolved', 'All clear'],
] as const

/** How bad, what, since when, who, what is next: it stays in sight. */
export function Header({ incident, onUpdate }: { incident: Incident; onUpdate: () => void }) {
  const act = useDo(incident.name)
  const [sheet, setSheet] = useState<'severity' | 'clear' | null>(null)
  const over = isOver(incident) ? 'The incident is over.' : null
  const mayClear = incident.moves.includes('resolved')
  const mayWatch = incident.moves.includes('monitoring')
  const move = (to: string) =>
    to === 'resolved' ? setSheet('clear') : act.mutate({ path: 'status', body: { to } })
  useActions([
    {
      id: 'inc-severity',
      label: 'Severity: raise, lower, answer the questions',
      group: 'Incident',
      keys: 's',
      why: over,
      run: () => setSheet('severity'),
    },
    {
      id: 'inc-mitigated',
      label: 'Mitigated: watch it from now on',
      group: 'Incident',
      keys: 'm',
      why: mayWatch ? null : 'It does not follow from where it stands',
      run: () => move('monitoring'),
    },
    {
      id: 'inc-clear',
      label: 'All clear',
      group: 'Incident',
      keys: 'c',
      why: mayClear ? null : 'It is not being watched yet',
      run: () => setSheet('clear'),
    },
  ])
  return (
    <header className="md:sticky md:top-0 z-20 bg-bg grid gap-3 -mx-4 md:-mx-6 px-4 md:px-6 pt-1 pb-2 border-b border-line">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Chip of={incident.severity} />
        {incident.kind === 'drill' ? <Drill /> : null}
        <h1 className="text-xl font-semibold tracking-tight wrap-anywhere flex-1 min-w-56">
          {incident.title}{' '}
          <span className="text-mute text-[13px] font-normal whitespace-nowrap">
            {incident.name} · <Ago at={incident.openedAt} />
            {incident.isPrivate ? ' · private' : ''}
          </span>
        </h1>
        {incident.nextOwed && !isOver(incident) ? (
          <div className="bg-panel border border-line rounded-lg pl-3 pr-1.5 py-1 flex gap-3 items-center">
            <span className="text-mute text-[13px] first-letter:uppercase">
              {incident.nextOwed.label}
            </span>
            <Countdown to={incident.nextOwed.due} big />
            {/message|update/i.test(incident.nextOwed.rule) ? (
              <Button tone="main" onClick={onUpdate}>
                Write it <Keys of="u" />
              </Button>
            ) : null}
          </div>
        ) : null}
      </div>
      <Roles incident={incident} />
      <div className="flex flex-wrap items-center gap-2">
        <ol aria-label="State" className="flex flex-wrap mr-auto">
          {STEPS.map(([status, label]) => {
            const isNow = incident.status === status
            return (
              <li key={status} aria-current={isNow ? 'step' : undefined}>
                <button
                  type="button"
                  disabled={!incident.moves.includes(status)}
                  onClick={() => move(status)}
                  className={`px-2.5 py-1 min-h-8 border-b-2 text-[13px] disabled:cursor-default ${isNow ? 'border-open font-semibold' : incident.moves.includes(status) ? 'border-line hover:border-mute' : 'border-line text-mute'}`}
                >
                  {label}
                </button>
              </li>
            )
          })}
        </ol>
        <Button why={over} onClick={() => setSheet('severity')}>
          Severity <Keys of="s" />
        </Button>
        {incident.status === 'monitoring' ? (
          <Button tone="main" onClick={() => setSheet('clear')}>
            All clear <Keys of="c" />
          </Button>
        ) : (
          <Button
            why={mayWatch ? null : (over ?? 'It does not follow from where it stands.')}
            onClick={() => move('monitoring')}
          >
            Mitigated <Keys of="m" />
          </Button>
        )}
        {incident.status === 'resolved' && incident.moves.includes('investigating') ? (
          <Button onClick={() => move('investigating')}>It is back</Button>
        ) : null}
      </div>
      <Complaint of={act.error} />
      <SeveritySheet
        incident={incident}
        isOpen={sheet === 'severity'}
        onClose={() => setSheet(null)}
      />
      <AllClear incident={incident} isOpen={sheet === 'clear'} onClose={() => setSheet(null)} />
    </header>
  )
}
