/**
 * What can be done from where one is: pages name their actions once, and the palette, the single keys
 * and the sheet of shortcuts are made of them. An action that cannot be done now says why.
 */
import { useEffect, useId, useRef, useSyncExternalStore } from 'react'

export type Action = {
  id: string
  label: string
  /** One key (`a`), or two after each other (`g a`). */
  keys?: string
  /** Under which heading it stands. */
  group?: string
  /** Why it cannot be done now; null: it can. */
  why?: string | null
  run: () => void
}

const registered = new Map<string, readonly Action[]>()
const listeners = new Set<() => void>()
let snapshot: readonly Action[] = []

function publish(): void {
  snapshot = [...registered.values()].flat()
  for (const listener of listeners) listener()
}

/** Offers these actions for as long as the component is on screen. */
export function useActions(actions: readonly Action[]): void {
  const owner = useId()
  const latest = useRef(actions)
  latest.current = actions
  const shape = actions.map((one) => `${one.id}|${one.label}|${one.keys}|${one.why}`).join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: registered anew where what is shown of them changes
  useEffect(() => {
    registered.set(
      owner,
      latest.current.map((one, index) => ({ ...one, run: () => latest.current[index]?.run() })),
    )
    publish()
    return () => {
      registered.delete(owner)
      publish()
    }
  }, [owner, shape])
}

export const useAllActions = (): readonly Action[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => snapshot,
  )

const SEQUENCE_MS = 900
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

/** Runs actions by their keys, wherever nobody is typing and nothing lies over the page. */
export function useKeys(): void {
  useEffect(() => {
    let before = { key: '', at: 0 }
    const onKey = (event: KeyboardEvent): void => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return
      // A toast lies over nothing.
      if (document.querySelector('[role=dialog]:not([data-toast])')) return
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
      const isSecond = event.timeStamp - before.at < SEQUENCE_MS
      const wanted = isSecond ? [`${before.key} ${key}`, key] : [key]
      const found = wanted
        .map((keys) => snapshot.findLast((one) => one.keys === keys))
        .find((one) => one !== undefined)
      before = { key, at: event.timeStamp }
      if (!found || found.why) return
      event.preventDefault()
      before = { key: '', at: 0 }
      found.run()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
}
