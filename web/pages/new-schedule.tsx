/** A schedule made on screen: its name and zone, then its rotations, seen before they are saved. */
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useOptions } from '../config/lists.ts'
import { Select } from '../ui/more.tsx'
import { Card, Field } from '../ui/parts.tsx'
import { RotaEditor } from './rota-editor.tsx'

const SLUG = /^[a-z0-9][a-z0-9_.-]{0,63}$/

export function NewSchedule({ taken, onDone }: { taken: readonly string[]; onDone: () => void }) {
  const navigate = useNavigate()
  const teams = useOptions('teams')
  const [slug, setSlug] = useState('')
  const [name, setName] = useState('')
  const [team, setTeam] = useState('')
  const [timezone, setTimezone] = useState(Intl.DateTimeFormat().resolvedOptions().timeZone)
  const why = !SLUG.test(slug)
    ? 'Give it a short name of small letters, digits and dashes first'
    : taken.includes(slug)
      ? 'There is a schedule of this name'
      : null
  return (
    <div className="grid gap-4">
      <Card title="New schedule">
        <div className="grid gap-3 md:grid-cols-4">
          <Field
            label="Short name"
            help={slug !== '' && why ? why : 'Small letters, digits and dashes; it stays'}
            value={slug}
            onChange={(event) => setSlug(event.target.value)}
          />
          <Field label="Name" value={name} onChange={(event) => setName(event.target.value)} />
          <Field
            label="Time zone"
            help="Such as Europe/Lisbon"
            value={timezone}
            onChange={(event) => setTimezone(event.target.value)}
          />
          <Select
            label="Team"
            options={[{ value: '', label: '–' }, ...teams]}
            value={team}
            onChange={(event) => setTeam(event.target.value)}
          />
        </div>
      </Card>
      <RotaEditor
        schedule={{ slug, name: name || slug, timezone, team: team || null, rotations: null }}
        managedBy={null}
        why={why}
        onDone={onDone}
        onSaved={() => void navigate({ to: '/on-call/$slug', params: { slug } })}
      />
    </div>
  )
}
