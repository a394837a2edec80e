/** Subscribing at the push service, and saying so; the same for a page and for the service worker. */
import { forgetBrowser, type OwnBrowser, ownBrowser, rememberBrowser } from './own.ts'

export const subscribe = (
  registration: ServiceWorkerRegistration,
  key: string,
): Promise<PushSubscription> =>
  registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })

export const keyOf = (subscription: PushSubscription): string =>
  textOf(subscription.options.applicationServerKey)

function textOf(bytes: ArrayBuffer | null): string {
  const plain = btoa(String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0))))
  return plain.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

export const plainOf = (subscription: PushSubscription): object => {
  const { endpoint, keys } = subscription.toJSON()
  return { endpoint, keys: { p256dh: keys?.p256dh, auth: keys?.auth } }
}

/**
 * A browser that was used as a contact stays one: where its subscription ended, is for another key,
 * or has another address, it subscribes anew and says so with its own secret.
 * Gives whether it had to.
 * @param key that the instance signs with now; null: it cannot be asked, and is taken to be the same
 */
export async function heal(
  registration: ServiceWorkerRegistration,
  key: string | null,
): Promise<boolean> {
  const own = await ownBrowser()
  if (!own) return false
  const wanted = key ?? own.key
  let subscription = await registration.pushManager.getSubscription()
  if (subscription && keyOf(subscription) !== wanted) {
    await subscription.unsubscribe()
    subscription = null
  }
  subscription ??= await subscribe(registration, wanted)
  if (subscription.endpoint === own.endpoint) return false
  await tell({ ...own, key: wanted }, subscription)
  return true
}

async function tell(own: OwnBrowser, subscription: PushSubscription): Promise<void> {
  const answer = await fetch('/api/v1/browsers/renew', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ secret: own.secret, subscription: plainOf(subscription) }),
  })
  if (answer.ok) await rememberBrowser({ ...own, endpoint: subscription.endpoint })
  // Its owner has removed it elsewhere.
  if (answer.status === 404) {
    await subscription.unsubscribe()
    await forgetBrowser()
  }
}
