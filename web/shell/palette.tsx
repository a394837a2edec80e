import { Dialog } from '@base-ui/react/dialog'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useState } from 'react'
import type { AlertShown } from '../../src/contract/views.ts'
import { get } from '../api.ts'
import { Keys } from '../ui/keys.tsx'
import { words } from '../words/en.ts'
import { type Action, useActions, useAllActions } from './actions.ts'

type Named = { slug: string; name: string }
type Item = {
  id: string
  label: string
  group: string
  keys?: string
  why?: string | null
  run: () => void
}

const SHOWN_MAX = 40
const SEARCH_MIN = 2

/** Everything that can be done or opened, by typing a part of its name. */
export function Palette() {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setOpen((was) => !was)
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  useActions([{ id: 'palette', label: words.palette.open, keys: '/', run: () => setOpen(true) }])
  return (
    <Dialog.Root open={isOpen} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 bg-black/55 z-40" />
        <Dialog.Popup
          aria-label={words.palette.title}
          className="fixed z-50 inset-x-3 top-[10dvh] mx-auto max-w-xl bg-panel border border-line rounded-lg overflow-hidden"
        >
          <Search close={() => setOpen(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Search({ close }: { close: () => void }) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const items = useItems(text)
  const chosen = items[Math.min(at, items.length - 1)]
  const run = (item: Item | undefined): void => {
    if (!item || item.why) return
    close()
    item.run()
  }
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      setAt((Math.min(at, items.length - 1) + step + items.length) % Math.max(1, items.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      run(chosen)
    }
  }
  return (
    <>
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={chosen ? `palette-${chosen.id}` : undefined}
        aria-label={words.palette.search}
        placeholder={words.palette.search}
        className="w-full bg-panel px-4 py-3.5 text-[15px] outline-none border-b border-line"
        value={text}
        onKeyDown={onKey}
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
        }}
      />
      <div
        id="palette-list"
        role="listbox"
        aria-label={words.palette.title}
        className="max-h-[60dvh] overflow-y-auto p-1.5"
      >
        {items.map((item) => (
          <div
            key={item.id}
            id={`palette-${item.id}`}
            role="option"
            aria-selected={item === chosen}
            aria-disabled={item.why ? true : undefined}
            title={item.why ?? undefined}
            tabIndex={-1}
            onClick={() => run(item)}
            onKeyDown={onKey}
            ref={(element) => {
              if (item === chosen) element?.scrollIntoView({ block: 'nearest' })
            }}
            className="flex items-center gap-3 rounded-md px-3 min-h-9 cursor-pointer aria-selected:bg-raise aria-disabled:opacity-50"
          >
            <span className="flex-1 truncate">{item.label}</span>
            <span className="text-mute text-[12.5px]">{item.why ?? item.group}</span>
            {item.keys ? <Keys of={item.keys} /> : null}
          </div>
        ))}
        {items.length === 0 ? <p className="text-mute px-3 py-4">{words.palette.nothing}</p> : null}
      </div>
    </>
  )
}

function useItems(text: string): Item[] {
  const navigate = useNavigate()
  const actions = useAllActions()
  const isSearching = text.trim().length >= SEARCH_MIN
  const services = useQuery({
    queryKey: ['services'],
    queryFn: () => get<{ services: Named[] }>('/services'),
    enabled: isSearching,
  })
  const schedules = useQuery({
    queryKey: ['live', 'schedules'],
    queryFn: () => get<{ schedules: Named[] }>('/schedules'),
    enabled: isSearching,
  })
  const alerts = useQuery({
    queryKey: ['palette', 'alerts', text],
    queryFn: () =>
      get<{ alerts: AlertShown[] }>(`/alerts?status=all&q=${encodeURIComponent(text.trim())}`),
    enabled: isSearching,
    retry: false,
  })
  const open =
    (to: string): (() => void) =>
    () =>
      void navigate({ to })
  const things: Item[] = isSearching
    ? [
        ...(alerts.data?.alerts ?? []).slice(0, 8).map((one) => ({
          id: `alert-${one.id}`,
          label: `${one.name} ${one.title}`,
          group: words.palette.alert,
          run: open(`/alerts/${one.name}`),
        })),
        ...(schedules.data?.schedules ?? []).map((one) => ({
          id: `schedule-${one.slug}`,
          label: one.name,
          group: words.palette.schedule,
          run: open(`/on-call/${one.slug}`),
        })),
        ...(services.data?.services ?? []).map((one) => ({
          id: `service-${one.slug}`,
          label: one.name,
          group: words.palette.service,
          run: open(`/services/${one.slug}`),
        })),
      ]
    : []
  const all = [...actions.map(itemOf), ...things]
  return all.filter((one) => fits(one.label, text)).slice(0, SHOWN_MAX)
}

const itemOf = ({ group, ...action }: Action): Item => ({ ...action, group: group ?? '' })

/** Every word of the question stands somewhere in the label. */
const fits = (label: string, text: string): boolean =>
  text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => label.toLowerCase().includes(word))
