/** What this browser knows of itself as a contact; the service worker needs it while no page is open. */
export type OwnBrowser = {
  /** Proves that it is this browser, when its address changes. */
  secret: string
  contactId: string
  /** The key that it subscribed to, and the address that we were told. */
  key: string
  endpoint: string
}

const STORE = 'own'
const KEY = 'browser'

const settled = <T>(asked: IDBRequest<T>): Promise<T> =>
  new Promise((done, fail) => {
    asked.onsuccess = () => done(asked.result)
    asked.onerror = () => fail(asked.error)
  })

async function inStore<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open('allclear', 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
  const database = await settled(opening)
  try {
    return await settled(work(database.transaction(STORE, mode).objectStore(STORE)))
  } finally {
    database.close()
  }
}

export const ownBrowser = async (): Promise<OwnBrowser | null> =>
  ((await inStore('readonly', (store) => store.get(KEY))) as OwnBrowser | undefined) ?? null

export const rememberBrowser = (own: OwnBrowser): Promise<unknown> =>
  inStore('readwrite', (store) => store.put(own, KEY))

export const forgetBrowser = (): Promise<unknown> =>
  inStore('readwrite', (store) => store.delete(KEY))
