import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react'
import { useActions } from '../shell/actions.ts'
import { Keys } from '../ui/keys.tsx'
import { Button, Complaint } from '../ui/parts.tsx'
import { type Asked, type Incident, isOver, useDo } from './use.ts'

type Mode = 'note' | 'decision' | 'hypothesis'
const MODES: readonly { mode: Mode; label: string; keys: string; hint: string }[] = [
  { mode: 'note', label: 'Note', keys: 'n', hint: 'What happened?' },
  { mode: 'decision', label: 'Decision', keys: 'k', hint: 'What was decided, and why?' },
  {
    mode: 'hypothesis',
    label: 'Path',
    keys: 'h',
    hint: 'What could be the cause? It gets a box of 15 minutes.',
  },
]

/** One box for what people write; what is typed stays, whatever else changes on the page. */
export function Composer({ incident }: { incident: Incident }) {
  const [mode, setMode] = useState<Mode>('note')
  const [text, setText] = useState('')
  const box = useRef<HTMLTextAreaElement>(null)
  const act = useDo(incident.name, () => setText(''))
  const over = isOver(incident) && mode === 'hypothesis' ? 'The incident is over.' : null
  const open = (next: Mode): void => {
    setMode(next)
    box.current?.focus()
  }
  useActions(
    MODES.map((one) => ({
      id: `inc-${one.mode}`,
      label: `Write down: ${one.label.toLowerCase()}`,
      group: 'Incident',
      keys: one.keys,
      run: () => open(one.mode),
    })),
  )
  const asked = (): Asked =>
    mode === 'hypothesis'
      ? { path: 'hypotheses', body: { statement: text } }
      : { path: mode === 'note' ? 'notes' : 'decisions', body: { text } }
  const send = (event?: FormEvent): void => {
    event?.preventDefault()
    if (text.trim() !== '' && !act.isPending && !over) act.mutate(asked())
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) send()
    if (event.key === 'Escape') box.current?.blur()
  }
  const current = MODES.find((one) => one.mode === mode)
  return (
    <form onSubmit={send} className="bg-panel border border-line rounded-lg p-2 grid gap-2">
      <textarea
        ref={box}
        rows={2}
        maxLength={1_000}
        aria-label={current?.label}
        placeholder={current?.hint}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKey}
        className="bg-panel px-2 py-1 w-full resize-y outline-none placeholder:text-mute"
      />
      <div className="flex flex-wrap items-center gap-1">
        <div role="group" aria-label="What it is" className="flex gap-1 mr-auto">
          {MODES.map((one) => (
            <button
              key={one.mode}
              type="button"
              aria-pressed={mode === one.mode}
              onClick={() => open(one.mode)}
              className={`px-2.5 min-h-8 rounded-md flex items-center gap-1.5 ${mode === one.mode ? 'bg-raise text-text' : 'text-mute hover:text-text'}`}
            >
              {one.label} <Keys of={one.keys} />
            </button>
          ))}
        </div>
        <Button type="submit" why={text.trim() === '' ? 'Write something first' : over}>
          Post <span className="text-mute text-[11px] font-mono">Ctrl ↵</span>
        </Button>
      </div>
      <Complaint of={act.error} />
    </form>
  )
}
