/** What a browser is pushed, and its service worker shows. Short, and no secret in it but the link of the page. */
export type PushMessage = {
  kind: 'page' | 'test' | 'notice'
  title: string
  body: string
  /** What is shown under the same tag takes the place of what was there. */
  tag: string
  /** Where a click leads, on whatever host the browser knows us by; null: to the front page. */
  path: string | null
  /** Each acts by a POST to the path and its verb. */
  actions: readonly { verb: string; label: string }[]
  /**
   * `loud`: stays until somebody looks, and makes itself heard again in the place of another.
   * `none`: says only how a page stands by now.
   */
  sound: 'loud' | 'usual' | 'none'
}

/** Push services take 4,096 bytes, of which encryption needs a hundred. */
export const PUSH_BYTES_MAX = 3_000
