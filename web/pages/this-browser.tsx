import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { get, post } from '../api.ts'
import { Button, Complaint } from '../ui/parts.tsx'
import { words } from '../words/browser.ts'
import { forgetBrowser, ownBrowser, rememberBrowser } from '../worker/own.ts'
import { heal, keyOf, plainOf, subscribe } from '../worker/subscribe.ts'
import { deviceOf } from './device.ts'

type Obstacle = keyof typeof words.obstacles

/** Why this browser cannot be pushed to; null: it can. */
export function obstacle(): Obstacle | null {
  if (!globalThis.isSecureContext) return 'insecure'
  const isApple = /\b(iPhone|iPad|iPod)\b/.test(navigator.userAgent)
  const isTouchMac = /\bMacintosh\b/.test(navigator.userAgent) && navigator.maxTouchPoints > 1
  const isInstalled = matchMedia('(display-mode: standalone)').matches
  // There only apps on the home screen are pushed to.
  if ((isApple || isTouchMac) && !isInstalled) return 'homeScreen'
  if (!('serviceWorker' in navigator) || !('PushManager' in window)) return 'unable'
  return Notification.permission === 'denied' ? 'denied' : null
}

const registered = async (): Promise<ServiceWorkerRegistration> => {
  await navigator.serviceWorker.register('/sw.js')
  return navigator.serviceWorker.ready
}
const keyNow = async (): Promise<string> => (await get<{ key: string }>('/push-key')).key

type Used = { contactId: string; secret: string }

/** Makes this browser a contact of whoever is signed in, and sends it a test. */
async function use(): Promise<void> {
  if ((await Notification.requestPermission()) !== 'granted')
    throw new Error(words.obstacles.denied)
  const registration = await registered()
  const key = await keyNow()
  const before = await registration.pushManager.getSubscription()
  if (before && keyOf(before) !== key) await before.unsubscribe()
  const subscription = await subscribe(registration, key).catch((cause: unknown) => {
    throw new Error(words.pushFailed(cause instanceof Error ? cause.message : String(cause)))
  })
  const own = await ownBrowser()
  const used = await post<Used>('/me/browsers', {
    name: deviceOf(navigator.userAgent),
    subscription: plainOf(subscription),
    ...(own ? { secret: own.secret } : {}),
  })
  await rememberBrowser({ ...used, key, endpoint: subscription.endpoint })
  await post(`/contacts/${used.contactId}/test`)
}

/** A browser that is removed as a contact is not pushed to any more. */
export async function stopIfOwn(contactId: string): Promise<void> {
  const own = await ownBrowser().catch(() => null)
  if (own?.contactId !== contactId) return
  const subscription = await (await registered()).pushManager.getSubscription()
  await subscription?.unsubscribe()
  await forgetBrowser()
}

/** The contact that this browser is, if it is one. */
export const useOwnContact = (): string | null =>
  useQuery({
    queryKey: ['live', 'own-browser'],
    queryFn: async () => (await ownBrowser().catch(() => null))?.contactId ?? null,
  }).data ?? null

/** @param contactIds of the person who is signed in */
export function ThisBrowser({
  contacts,
}: {
  contacts: { id: string; disabledReason: string | null }[]
}) {
  const client = useQueryClient()
  const ownId = useOwnContact()
  const own = contacts.find((one) => one.id === ownId && one.disabledReason === null)
  const why = obstacle()
  const add = useMutation({
    mutationFn: use,
    onSettled: () => client.invalidateQueries({ queryKey: ['live'] }),
  })
  const isOwn = own !== undefined
  useEffect(() => {
    // Its address may have changed while the app was not open. What fails is tried at the next visit.
    if (!isOwn || why !== null) return
    const mend = async (): Promise<void> => {
      const isMended = await heal(await registered(), await keyNow())
      if (isMended) await client.invalidateQueries({ queryKey: ['live'] })
    }
    void mend().catch(() => undefined)
  }, [isOwn, why, client])
  if (own) return null
  return (
    <div className="grid gap-1 border-t border-line pt-3">
      <div className="flex flex-wrap items-center gap-3">
        <Button tone="main" why={why === null ? null : words.cannot} onClick={() => add.mutate()}>
          {add.isPending ? words.using : words.use}
        </Button>
        <span className="text-mute flex-1 min-w-52">
          {why === null ? words.lead(deviceOf(navigator.userAgent)) : words.obstacles[why]}
        </span>
      </div>
      <Complaint of={add.error} />
    </div>
  )
}
