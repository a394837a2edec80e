import { useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useActions } from './actions.ts'

/** Fetched when somebody declares. */
const Declare = lazy(async () => ({ default: (await import('../incident/declare.tsx')).Declare }))
const WANTED = 'allclear:declare'

/** Opens the sheet from anywhere. */
export const declareNow = (): void => void dispatchEvent(new Event(WANTED))

/** `D` declares, on every page; on the page of an alert, out of that alert. */
export function Declaring() {
  const [isOpen, setOpen] = useState(false)
  const path = useRouterState({ select: (state) => state.location.pathname })
  const alert = /^\/alerts\/([^/]+)$/.exec(path)?.[1] ?? null
  useEffect(() => {
    const open = (): void => setOpen(true)
    addEventListener(WANTED, open)
    return () => removeEventListener(WANTED, open)
  }, [])
  useActions([{ id: 'declare', label: 'Declare an incident', keys: 'd', run: () => setOpen(true) }])
  if (!isOpen) return null
  return (
    <Suspense>
      <Declare
        isOpen
        onClose={() => setOpen(false)}
        alert={alert === null ? null : decodeURIComponent(alert)}
      />
    </Suspense>
  )
}
