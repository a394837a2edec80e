import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { get } from '../api.ts'
import { useActions } from '../shell/actions.ts'
import { useMe } from '../shell/shell.tsx'
import { Select } from '../ui/more.tsx'
import { Ago, Button, Complaint } from '../ui/parts.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { DUTIES, type Incident, isOver, ROLES, useDo } from './use.ts'

type Named = { slug: string; name: string }

/** Who holds what; an empty seat is dashed. */
export function Roles({ incident }: { incident: Incident }) {
  const [role, setRole] = useState<string | null>(null)
  const held = incident.roles.filter((one) => one.to === null)
  const empty = incident.emptySeats.filter((one) => !held.some((other) => other.role === one))
  const over = isOver(incident)
  useActions([
    {
      id: 'inc-roles',
      label: 'Roles: take, give, hand over',
      group: 'Incident',
      keys: 'r',
      why: over ? 'The incident is over' : null,
      run: () => setRole(empty[0] ?? 'commander'),
    },
  ])
  return (
    <div className="grid gap-2">
      <ul aria-label="Roles" className="flex flex-wrap gap-x-4 gap-y-1.5">
        {held.map((one) => (
          <li key={`${one.role}${one.from}`}>
            <button
              type="button"
              disabled={over}
              onClick={() => setRole(one.role)}
              className="flex items-center gap-2 min-h-8 hover:underline underline-offset-4"
            >
              <Initials of={one.person?.name ?? '?'} />
              <span className="text-mute">{ROLES[one.role]}</span> {one.person?.name ?? 'somebody'}
            </button>
          </li>
        ))}
        {empty.map((one) => (
          <li key={one}>
            <button
              type="button"
              onClick={() => setRole(one)}
              className="flex items-center gap-2 min-h-8 text-mute hover:text-text"
            >
              <span
                aria-hidden="true"
                className="w-6 h-6 rounded-full border border-dashed border-error grid place-items-center text-error"
              >
                +
              </span>
              {ROLES[one]}, nobody yet
            </button>
          </li>
        ))}
      </ul>
      <HandOver incident={incident} />
      {role ? <RoleSheet incident={incident} role={role} onClose={() => setRole(null)} /> : null}
    </div>
  )
}

const Initials = ({ of }: { of: string }) => (
  <span
    aria-hidden="true"
    className="w-6 h-6 rounded-full bg-raise text-[10px] font-bold grid place-items-center"
  >
    {of
      .split(/\s+/)
      .slice(0, 2)
      .map((word) => word.slice(0, 1).toUpperCase())
      .join('')}
  </span>
)

/** What waits to be accepted, for whom it waits. */
function HandOver({ incident }: { incident: Incident }) {
  const me = useMe()
  const act = useDo(incident.name)
  const { handOver } = incident
  if (!handOver || isOver(incident)) return null
  const isMine = handOver.to?.id !== undefined && handOver.to.id === me.data?.person?.id
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-3 border border-line rounded-lg px-3 py-2"
    >
      <span className="flex-1 min-w-52">
        {isMine ? (
          <>
            <b>{handOver.from?.name}</b> hands {ROLES[handOver.role]?.toLowerCase()} over to you.
          </>
        ) : (
          <>
            {ROLES[handOver.role]} is offered to <b>{handOver.to?.name}</b>,{' '}
            <Ago at={handOver.at} /> ago. {handOver.from?.name} holds it until it is accepted.
          </>
        )}
      </span>
      {isMine ? (
        <>
          <Button tone="main" onClick={() => act.mutate({ path: 'hand-over/accept' })}>
            Accept
          </Button>
          <Button onClick={() => act.mutate({ path: 'hand-over/decline' })}>Decline</Button>
        </>
      ) : null}
      <Complaint of={act.error} />
    </div>
  )
}

function RoleSheet({
  incident,
  role,
  onClose,
}: {
  incident: Incident
  role: string
  onClose: () => void
}) {
  const me = useMe()
  const people = useQuery({
    queryKey: ['people'],
    queryFn: () => get<{ people: Named[] }>('/people'),
  })
  const [chosen, setChosen] = useState(role)
  const [person, setPerson] = useState('')
  const act = useDo(incident.name, onClose)
  const holder = incident.roles.find((one) => one.role === chosen && one.to === null)?.person
  const own = me.data?.person?.slug
  const isMine = holder !== undefined && holder?.slug === own
  return (
    <Sheet title="Roles" isOpen onClose={onClose}>
      <div className="grid gap-4">
        <Select
          label="Role"
          value={chosen}
          onChange={(event) => setChosen(event.target.value)}
          options={Object.entries(ROLES).map(([value, label]) => ({ value, label }))}
        />
        <ol className="list-decimal pl-5 text-mute">
          {(DUTIES[chosen] ?? []).map((duty) => (
            <li key={duty}>{duty}</li>
          ))}
        </ol>
        <p>{holder ? `${holder.name} holds it.` : 'Nobody holds it.'}</p>
        <div className="flex flex-wrap gap-2">
          <Button
            tone="main"
            why={isMine ? 'You hold it already.' : own ? null : 'This sign-in is nobody’s.'}
            onClick={() => act.mutate({ path: 'roles', body: { role: chosen } })}
          >
            I take it
          </Button>
          {holder ? (
            <Button
              onClick={() => act.mutate({ path: 'roles/leave', body: { role: chosen } })}
              why={isMine ? null : 'Only who holds it lets go of it.'}
            >
              Let go
            </Button>
          ) : null}
        </div>
        <div className="flex flex-wrap items-end gap-2">
          <div className="flex-1 min-w-48">
            <Select
              label={holder ? 'Hand it over to' : 'Give it to'}
              value={person}
              onChange={(event) => setPerson(event.target.value)}
              options={[
                { value: '', label: 'choose' },
                ...(people.data?.people ?? []).map((one) => ({
                  value: one.slug,
                  label: one.name,
                })),
              ]}
            />
          </div>
          <Button
            why={person === '' ? 'Choose somebody' : null}
            onClick={() =>
              act.mutate(
                holder
                  ? { path: 'hand-over', body: { role: chosen, to: person } }
                  : { path: 'roles', body: { role: chosen, person } },
              )
            }
          >
            {holder ? 'Propose' : 'Give'}
          </Button>
        </div>
        <Complaint of={act.error} />
      </div>
    </Sheet>
  )
}
