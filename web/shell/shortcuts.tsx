import { useState } from 'react'
import { Keys } from '../ui/keys.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { words } from '../words/en.ts'
import { useActions, useAllActions } from './actions.ts'

/** `?` shows every key that does something here. */
export function Shortcuts() {
  const [isOpen, setOpen] = useState(false)
  const actions = useAllActions().filter((one) => one.keys)
  useActions([
    { id: 'shortcuts', label: words.shortcuts.open, keys: '?', run: () => setOpen(true) },
  ])
  const groups = new Map<string, typeof actions>()
  for (const one of actions) {
    const group = one.group ?? words.shortcuts.everywhere
    groups.set(group, [...(groups.get(group) ?? []), one])
  }
  return (
    <Sheet title={words.shortcuts.title} isOpen={isOpen} onClose={() => setOpen(false)}>
      <div className="grid gap-4 sm:grid-cols-2">
        {[...groups].map(([group, list]) => (
          <section key={group}>
            <h3 className="text-mute text-[12.5px] font-semibold pb-1">{group}</h3>
            <ul>
              {list.map((one) => (
                <li key={one.id} className="flex items-center justify-between gap-4 min-h-8">
                  <span>{one.label}</span>
                  <Keys of={one.keys ?? ''} />
                </li>
              ))}
            </ul>
          </section>
        ))}
        <p className="text-mute sm:col-span-2">{words.shortcuts.palette}</p>
      </div>
    </Sheet>
  )
}
