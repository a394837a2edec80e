/** The service worker: shows pages that were pushed, answers them, and keeps the last state for a phone without a network. */
import type { PushMessage } from '../../src/notify/push-message.ts'
import { words } from '../words/worker.ts'
import {
  ANSWER_WAIT_MS,
  ANSWERS,
  ANSWERS_MAX,
  AS_OF,
  isTooOld,
  isUnreachable,
  oldShells,
  PAGE_WAIT_MS,
  SHELL,
  whatToDo,
} from './rules.ts'
import { heal } from './subscribe.ts'

declare const self: ServiceWorkerGlobalScope
/** Put in by the build. */
declare const BUILD: { id: string; shell: readonly string[] }

const CURRENT = `${SHELL}${BUILD.id}`

// A new build ----------------------------------------------------------------------------------------

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(CURRENT)
      await cache.addAll(BUILD.shell.map((path) => new Request(path, { cache: 'no-cache' })))
      // Nobody closes the app on a phone: waiting for it would be waiting for ever.
      await self.skipWaiting()
    })(),
  )
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of oldShells(await caches.keys(), CURRENT)) await caches.delete(name)
      await self.clients.claim()
    })(),
  )
})

// Requests -------------------------------------------------------------------------------------------

/** Steps when answers are forgotten: what was asked before is not kept after. */
let generation = 0

async function forget(): Promise<void> {
  generation += 1
  await caches.delete(ANSWERS)
}

self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request
  const asked = { method, mode, url: new URL(url), origin: self.location.origin }
  switch (whatToDo(asked)) {
    case 'leave':
      return
    case 'forget':
      event.waitUntil(forget())
      return
    case 'page':
      event.respondWith(pageOf(event.request))
      return
    case 'file':
      event.respondWith(fileOf(event.request))
      return
    case 'answer':
      event.respondWith(answerTo(event))
  }
})

/** From the server where it answers, so that a new build is never missed; else as it was. */
async function pageOf(request: Request): Promise<Response> {
  const known = await caches.match('/', { cacheName: CURRENT })
  if (!known) return fetch(request)
  const fresh = await within(PAGE_WAIT_MS, fetch(request))
  return fresh === null || isGone(fresh) ? known : fresh
}

/** Files of a build never change. Those of the build before are there for tabs that still run it. */
async function fileOf(request: Request): Promise<Response> {
  const known = await caches.match(request)
  if (known) return known
  const fresh = await fetch(request)
  if (fresh.ok) await (await caches.open(CURRENT)).put(request, fresh.clone())
  return fresh
}

async function answerTo(event: FetchEvent): Promise<Response> {
  const { request } = event
  const begun = generation
  const asked = fetch(request)
  const noted = asked.then(async (fresh) => {
    if (fresh.status === 401) await forget()
    if (fresh.ok) await keep(request.url, fresh.clone(), begun)
  })
  event.waitUntil(noted.catch(() => undefined))
  const known = await keptAnswer(request)
  if (!known) return asked
  const fresh = await within(ANSWER_WAIT_MS, asked)
  return (fresh === null || isGone(fresh)) && begun === generation ? known : (fresh ?? asked)
}

const isGone = (response: Response): boolean =>
  isUnreachable(response.status, response.headers.get('content-type'))

/** Null: it failed, or took too long. */
function within<T>(milliseconds: number, work: Promise<T>): Promise<T | null> {
  const late = new Promise<null>((done) => setTimeout(done, milliseconds, null))
  return Promise.race([work.catch(() => null), late])
}

async function keep(url: string, answer: Response, begun: number): Promise<void> {
  const body = await answer.text()
  const headers = { 'content-type': 'application/json', [AS_OF]: new Date().toISOString() }
  if (begun !== generation) return
  const cache = await caches.open(ANSWERS)
  await cache.put(url, new Response(body, { headers }))
  const all = await cache.keys()
  for (const old of all.slice(0, Math.max(0, all.length - ANSWERS_MAX))) await cache.delete(old)
  if (begun !== generation) await caches.delete(ANSWERS)
}

async function keptAnswer(request: Request): Promise<Response | null> {
  const found = await caches.match(request.url, { cacheName: ANSWERS })
  if (!found || isTooOld(found.headers.get(AS_OF), Date.now())) return null
  return found
}

// Pages that are pushed ------------------------------------------------------------------------------

type Shown = Pick<PushMessage, 'title' | 'tag' | 'path' | 'actions'>

self.addEventListener('push', (event) => {
  event.waitUntil(showPushed(read(event.data)))
})

/** Something has to be shown for every push; one that cannot be read leads to the app. */
function read(data: PushMessageData | null): PushMessage {
  try {
    return data?.json() as PushMessage
  } catch {
    return {
      ...words.unreadable,
      kind: 'page',
      tag: 'unreadable',
      path: null,
      actions: [],
      sound: 'loud',
    }
  }
}

const showPushed = (message: PushMessage): Promise<void> =>
  show(message.title, message.body, message, message.sound, message.kind === 'page')

function show(
  title: string,
  body: string,
  { tag, path, actions }: Shown,
  sound: PushMessage['sound'],
  isPage: boolean,
): Promise<void> {
  const options = {
    body,
    tag,
    icon: '/icon-192.png',
    badge: '/badge-96.png',
    data: { title, tag, path, actions } satisfies Shown,
    actions: actions.map(({ verb, label }) => ({ action: verb, title: label })),
    renotify: sound === 'loud',
    silent: sound === 'none',
    requireInteraction: sound === 'loud' && isPage,
  }
  return self.registration.showNotification(title, options)
}

self.addEventListener('notificationclick', (event) => {
  const shown = event.notification.data as Shown
  event.notification.close()
  const pressed = shown.actions.find((one) => one.verb === event.action)
  event.waitUntil(pressed && shown.path ? press(shown, pressed.verb) : open(shown.path ?? '/'))
})

/** The link of the page acts by POST; what it says takes the place of the page. */
async function press(shown: Shown, verb: string): Promise<void> {
  try {
    const answer = await fetch(`${shown.path}/${verb}`, { method: 'POST' })
    if (!answer.ok) throw new Error(String(answer.status))
    const { sentence } = (await answer.json()) as { sentence: string }
    await show(sentence, shown.title, { ...shown, actions: [] }, 'none', false)
  } catch {
    await show(words.notThrough, shown.title, shown, 'loud', true)
  }
}

async function open(path: string): Promise<void> {
  const url = new URL(path, self.location.origin).href
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const there = windows.find((one) => one.url === url)
  if (there) await there.focus()
  else await self.clients.openWindow(url)
}

self.addEventListener('pushsubscriptionchange', ((event: ExtendableEvent) => {
  event.waitUntil(heal(self.registration, null))
}) as EventListener)
