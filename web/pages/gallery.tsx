import { useState } from 'react'
import { useActions } from '../shell/actions.ts'
import { Keys } from '../ui/keys.tsx'
import { Area, Check, Copyable, PageHead, Select, Skeleton } from '../ui/more.tsx'
import {
  Ago,
  Button,
  Card,
  Complaint,
  Countdown,
  Empty,
  Field,
  Severity,
  State,
} from '../ui/parts.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { say } from '../ui/toast.tsx'

const NOW = Date.now()
const inMs = (ms: number): string => new Date(NOW + ms).toISOString()

/** Every component in every state, for those who build with them. */
export function GalleryPage() {
  const [isOpen, setOpen] = useState(false)
  const [isOn, setOn] = useState(true)
  useActions([
    { id: 'gallery-toast', label: 'Show a toast', keys: 't', group: 'Gallery', run: toast },
  ])
  return (
    <div className="grid gap-4 max-w-4xl">
      <PageHead title="Components">
        <Keys of="g h" />
      </PageHead>
      <Card title="Buttons" aside="verbs, with a reason where they are off">
        <div className="flex flex-wrap gap-2">
          <Button tone="main">Acknowledge</Button>
          <Button>Escalate now</Button>
          <Button tone="quiet">Not mine</Button>
          <Button why="It is resolved.">Resolve</Button>
          <Button onClick={toast}>Say something</Button>
          <Button onClick={() => setOpen(true)}>Open a sheet</Button>
        </div>
      </Card>
      <Card title="Severity and state" aside="two ramps, never colour alone">
        <p className="flex flex-wrap gap-4">
          {['critical', 'error', 'warning', 'info'].map((one) => (
            <Severity key={one} of={one} />
          ))}
          {['firing', 'acknowledged', 'resolved'].map((one) => (
            <State key={one} of={one} />
          ))}
        </p>
      </Card>
      <Card title="Time">
        <p className="flex flex-wrap items-center gap-4">
          <Ago at={inMs(-95_000)} /> <Countdown to={inMs(161_000)} big />{' '}
          <Countdown to={inMs(40_000)} />
          <Countdown to={inMs(5_400_000)} />
        </p>
      </Card>
      <Card title="Fields">
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="Name" help="What people call it" />
          <Select
            label="Severity"
            options={[
              { value: '1', label: 'SEV1' },
              { value: '2', label: 'SEV2', why: 'below the floor' },
            ]}
          />
          <Area label="Note" placeholder="What is known" />
          <Check label="Every week" isOn={isOn} onChange={setOn} />
        </div>
      </Card>
      <Card title="Trouble and waiting">
        <div className="grid gap-3">
          <Complaint of={new Error('The escalation `main` is used by the service Shop.')} />
          <Skeleton rows={3} />
          <Copyable label="in a terminal" text="npx allclear who --service shop" />
        </div>
      </Card>
      <Empty title="Nothing here yet.">
        <p>An empty page says what belongs on it, and how the first one gets there.</p>
      </Empty>
      <Sheet title="A sheet" isOpen={isOpen} onClose={() => setOpen(false)}>
        <p>From below on a phone, in the middle of a desk. Escape closes it.</p>
      </Sheet>
    </div>
  )
}

const toast = (): void => say('Acknowledged A-12', () => say('Taken back.'))
