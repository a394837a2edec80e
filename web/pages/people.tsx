import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { DoctorShown } from '../../src/contract/views.ts'
import { get, post } from '../api.ts'
import { useMay } from '../config/may.ts'
import { EntryEditor } from '../config/editor.tsx'
import type { FieldSpec } from '../config/field.tsx'
import { type Named, useNamed } from '../config/lists.ts'
import { useActions } from '../shell/actions.ts'
import { Copyable, PageHead, Skeleton } from '../ui/more.tsx'
import { Button, Card, Complaint, Empty } from '../ui/parts.tsx'
import { when } from '../ui/time.ts'
import { SettingsTabs } from './config-tabs.tsx'

type PersonShown = Named & {
  role: string
  timezone: string
  contacts: {
    id: string
    slug: string
    kind: string
    verified: boolean
    disabled?: string | null
    check?: { at: string; outcome: string | null; reason: string | null } | null
  }[]
}
type ContactCheck = PersonShown['contacts'][number]['check']
type TeamShown = Named & { lead: Named | null; members: (Named | null)[] }

const ROLES = [
  { value: 'admin', label: 'admin: changes everything' },
  { value: 'responder', label: 'responder: answers, silences, covers' },
  { value: 'stakeholder', label: 'stakeholder: reads along' },
]
const PERSON: readonly FieldSpec[] = [
  { name: 'name', label: 'Name', kind: 'text' },
  { name: 'email', label: 'E-mail', kind: 'text', help: 'With it they can sign in' },
  { name: 'timezone', label: 'Time zone', kind: 'text', help: 'Such as Europe/Lisbon' },
  { name: 'role', label: 'Role', kind: { oneOf: ROLES } },
  { name: 'calendar', label: 'Public holidays', kind: { reference: 'calendars' } },
]
const TEAM: readonly FieldSpec[] = [
  { name: 'name', label: 'Name', kind: 'text' },
  { name: 'lead', label: 'Lead', kind: { reference: 'people' } },
  { name: 'members', label: 'Members', kind: { references: 'people' } },
]

/** Who there is, and whether a page would reach them. */
export function PeoplePage() {
  const may = useMay()
  const found = useNamed<PersonShown>('people')
  const [open, setOpen] = useState<string | null>(null)
  useActions([
    { id: 'new-person', label: 'New person', keys: 'n', group: 'People', run: () => setOpen('') },
  ])
  return (
    <div className="grid gap-4">
      <PageHead title="People">
        <Button why={may.whyNotAdmin} onClick={() => setOpen(open === '' ? null : '')}>
          {open === '' ? 'Not now' : 'New person'}
        </Button>
      </PageHead>
      <SettingsTabs />
      {open === '' ? (
        <Card title="New person">
          <EntryEditor
            section="people"
            slug={null}
            fields={PERSON}
            initial={{
              role: 'responder',
              timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
            }}
            onSaved={() => setOpen(null)}
          />
        </Card>
      ) : null}
      <Complaint of={found.error} />
      {found.isPending ? <Skeleton /> : null}
      <ul className="border-t border-line">
        {(found.data ?? []).map((one) => (
          <li key={one.id} className="border-b border-line py-2 grid gap-2">
            <div className="grid gap-x-4 gap-y-1 sm:grid-cols-[minmax(0,1fr)_8rem_minmax(0,1.4fr)_auto] items-center">
              <span>
                <b>{one.name}</b> <span className="text-mute">{one.timezone}</span>
              </span>
              <span className="text-mute">{one.role}</span>
              <Reached person={one} />
              <Button
                tone="quiet"
                className="justify-self-start"
                onClick={() => setOpen(open === one.slug ? null : one.slug)}
              >
                {open === one.slug ? 'Close' : 'Edit'}
              </Button>
            </div>
            {open === one.slug ? (
              <div className="grid gap-4 pb-2">
                <EntryEditor
                  section="people"
                  slug={one.slug}
                  fields={PERSON}
                  onSaved={() => setOpen(null)}
                  onRemoved={() => setOpen(null)}
                />
                <Invite person={one} />
              </div>
            ) : null}
          </li>
        ))}
      </ul>
    </div>
  )
}

const Reached = ({ person }: { person: PersonShown }) =>
  person.contacts.length === 0 ? (
    <span className="text-error">nothing reaches them</span>
  ) : (
    <span className="flex flex-wrap gap-x-3">
      {person.contacts.map((one) => (
        <span
          key={one.id}
          className={one.disabled ? 'text-error' : one.verified ? 'text-done' : 'text-mute'}
        >
          {one.kind}
          {one.disabled ? ` off: ${one.disabled}` : one.verified ? ' ✓ proven' : ' not proven'}
          {one.check ? <Check of={one.check} /> : null}
        </span>
      ))}
    </span>
  )

/** How the daily check of a contact went. */
const Check = ({ of: { at, outcome, reason } }: { of: NonNullable<ContactCheck> }) =>
  outcome === null ? null : outcome === 'sent' ? (
    <span className="text-mute">, checked {when(at)}</span>
  ) : (
    <span className="text-error">
      , check of {when(at)} failed: {reason}
    </span>
  )

function Invite({ person }: { person: PersonShown }) {
  const make = useMutation({
    mutationFn: () => post<{ url: string }>(`/people/${person.slug}/invitation`),
  })
  return (
    <div className="grid gap-2">
      <p className="flex flex-wrap gap-3 items-center">
        <Button onClick={() => make.mutate()}>Make a link to sign in with</Button>
        <span className="text-mute">
          With it they choose a password. It works once, for three days.
        </span>
      </p>
      {make.data ? <Copyable label="send it to them yourself" text={make.data.url} /> : null}
      <Complaint of={make.error} />
    </div>
  )
}

export function TeamsPage() {
  const may = useMay()
  const found = useNamed<TeamShown>('teams')
  const [open, setOpen] = useState<string | null>(null)
  useActions([
    { id: 'new-team', label: 'New team', keys: 'n', group: 'Teams', run: () => setOpen('') },
  ])
  const editor = (slug: string | null) => (
    <EntryEditor
      section="teams"
      slug={slug}
      fields={TEAM}
      onSaved={() => setOpen(null)}
      onRemoved={() => setOpen(null)}
    />
  )
  return (
    <div className="grid gap-4">
      <PageHead title="Teams">
        <Button why={may.whyNotAdmin} onClick={() => setOpen(open === '' ? null : '')}>
          {open === '' ? 'Not now' : 'New team'}
        </Button>
      </PageHead>
      <SettingsTabs />
      {open === '' ? <Card title="New team">{editor(null)}</Card> : null}
      <Complaint of={found.error} />
      {found.isPending ? <Skeleton /> : null}
      {found.isSuccess && found.data.length === 0 && open !== '' ? (
        <Empty title="No teams yet.">
          <p>A team owns services and rotas. Who is not in it cannot silence its alerts.</p>
        </Empty>
      ) : null}
      {(found.data ?? []).map((team) => (
        <Card
          key={team.id}
          title={team.name}
          aside={
            <Button tone="quiet" onClick={() => setOpen(open === team.slug ? null : team.slug)}>
              {open === team.slug ? 'Close' : 'Edit'}
            </Button>
          }
        >
          {open === team.slug ? (
            editor(team.slug)
          ) : (
            <p>
              {team.members.map((one) => one?.name).join(', ') || 'nobody'}
              <span className="text-mute">
                {team.lead ? ` · led by ${team.lead.name}` : ' · no lead'}
              </span>
            </p>
          )}
        </Card>
      ))}
    </div>
  )
}

/** What would go wrong at night, each with a way out. */
export function DoctorPage() {
  const found = useQuery({
    queryKey: ['live', 'doctor'],
    queryFn: () => get<DoctorShown>('/doctor'),
  })
  const findings = found.data?.findings ?? []
  return (
    <div className="grid gap-4">
      <PageHead title="What is not ready" />
      <SettingsTabs />
      <Complaint of={found.error} />
      {found.isPending ? <Skeleton /> : null}
      {found.data?.ready ? <p className="text-done">✓ Everything is ready.</p> : null}
      <ul className="border-t border-line">
        {findings.map((one) => (
          <li key={one.rule + one.sentence} className="border-b border-line py-2">
            <p>{one.sentence}</p>
            <p className="text-mute text-[12.5px]">
              Way out: {one.wayOut} <span className="font-mono">({one.rule})</span>
            </p>
          </li>
        ))}
      </ul>
    </div>
  )
}
