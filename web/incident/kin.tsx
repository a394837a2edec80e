import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { IncidentShown } from '../../src/contract/incidents.ts'
import { get } from '../api.ts'
import { useActions } from '../shell/actions.ts'
import { Select } from '../ui/more.tsx'
import { Button, Card, Complaint, Field } from '../ui/parts.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { type Incident, isOver, useDo } from './use.ts'

const RELATIONS: Readonly<Record<string, string>> = {
  parent: 'a part of',
  part: 'part',
  recurrenceOf: 'the same failure as',
  recurrence: 'came back as',
  mergedInto: 'merged into',
  merged: 'took in',
}

/** Incidents that have to do with it, and where people meet. */
export function Kin({ incident }: { incident: Incident }) {
  const [isOpen, setOpen] = useState(false)
  useActions([
    {
      id: 'inc-kin',
      label: 'Merge, link, rename, bridge',
      group: 'Incident',
      keys: 'l',
      run: () => setOpen(true),
    },
  ])
  return (
    <Card
      title="Around it"
      aside={
        <button type="button" className="underline decoration-dotted" onClick={() => setOpen(true)}>
          change
        </button>
      }
    >
      {incident.bridgeUrl ? (
        <p>
          <a
            href={incident.bridgeUrl}
            target="_blank"
            rel="noreferrer noopener"
            className="underline underline-offset-4 wrap-anywhere"
          >
            Where people meet
          </a>
        </p>
      ) : null}
      {incident.kin.length === 0 && !incident.bridgeUrl ? (
        <p className="text-mute">No other incident has to do with it.</p>
      ) : null}
      <ul>
        {incident.kin.map((one) => (
          <li key={one.relation + one.name} className="py-1 wrap-anywhere">
            <span className="text-mute">{RELATIONS[one.relation]}</span>{' '}
            <Link
              to="/incidents/$name"
              params={{ name: one.name }}
              className="underline underline-offset-4"
            >
              {one.name}
            </Link>{' '}
            {one.title} <span className="text-mute">{one.status}</span>
          </li>
        ))}
      </ul>
      <Sheet title="Around it" isOpen={isOpen} onClose={() => setOpen(false)}>
        {isOpen ? <Form incident={incident} onClose={() => setOpen(false)} /> : null}
      </Sheet>
    </Card>
  )
}

function Form({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const [other, setOther] = useState('')
  const [title, setTitle] = useState(incident.title)
  const [bridge, setBridge] = useState(incident.bridgeUrl ?? '')
  const act = useDo(incident.name, onClose)
  const found = useQuery({
    queryKey: ['live', 'incidents', 'all'],
    queryFn: () => get<{ incidents: IncidentShown[] }>('/incidents?limit=100&status=all'),
  })
  const others = (found.data?.incidents ?? []).filter((one) => one.name !== incident.name)
  const chosen = others.find((one) => one.name === other)
  const why = chosen ? null : 'Choose the other one'
  return (
    <div className="grid gap-4">
      <Select
        label="Another incident"
        value={other}
        onChange={(event) => setOther(event.target.value)}
        options={[
          { value: '', label: 'choose' },
          ...others.map((one) => ({
            value: one.name,
            label: `${one.name} ${one.title} (${one.status})`,
          })),
        ]}
      />
      <div className="flex flex-wrap gap-2">
        <Button
          why={
            why ??
            (isOver(incident)
              ? 'It is over.'
              : chosen && isOver(chosen)
                ? 'That one is over.'
                : null)
          }
          onClick={() => act.mutate({ path: 'merge', body: { into: other } })}
        >
          It is the same: merge this one into it
        </Button>
        <Button
          why={why}
          onClick={() => act.mutate({ path: 'link', body: { relation: 'parent', to: other } })}
        >
          This is a part of it
        </Button>
        <Button
          why={why}
          onClick={() => act.mutate({ path: 'link', body: { relation: 'recurrence', to: other } })}
        >
          The same failure came back
        </Button>
      </div>
      <div className="grid gap-3 border-t border-line pt-4">
        <Field
          label="Called"
          value={title}
          maxLength={1_000}
          onChange={(event) => setTitle(event.target.value)}
        />
        <Field
          label="Where people meet"
          type="url"
          placeholder="https://"
          value={bridge}
          onChange={(event) => setBridge(event.target.value)}
        />
        <Button
          className="justify-self-start"
          why={title.trim() === '' ? 'It needs a name' : null}
          onClick={() =>
            act.mutate({
              path: 'describe',
              body: { title, bridgeUrl: bridge === '' ? null : bridge },
            })
          }
        >
          Save
        </Button>
      </div>
      <Complaint of={act.error} />
    </div>
  )
}
