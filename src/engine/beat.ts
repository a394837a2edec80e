/**
 * The only clock that runs by itself. It beats at least twice a second; a nudge makes the next beat
 * come at once. What is due is read from the rows each time, so a beat that is missed, doubled or
 * early changes nothing but the moment.
 */
export type Beat = {
  /** Something may be due: beat now. */
  nudge(): void
  stop(): Promise<void>
}

export const BEAT_MS = 500

/**
 * @param work one round; gives whether there may be more to do at once
 * @param onTrouble told of a round that failed; the next one comes all the same
 */
export function startBeat(
  work: () => Promise<boolean>,
  onTrouble: (cause: unknown) => void,
  everyMs = BEAT_MS,
): Beat {
  let isStopped = false
  let isNudged = false
  let wake: (() => void) | null = null

  const rest = (): Promise<void> =>
    new Promise((done) => {
      const timer = setTimeout(done, everyMs)
      wake = () => {
        clearTimeout(timer)
        done()
      }
    })

  async function run(): Promise<void> {
    while (!isStopped) {
      isNudged = false
      let isMore = false
      try {
        isMore = await work()
      } catch (cause) {
        onTrouble(cause)
      }
      if (isStopped || isMore || isNudged) continue
      await rest()
      wake = null
    }
  }

  const running = run()
  return {
    nudge() {
      isNudged = true
      wake?.()
    },
    async stop() {
      isStopped = true
      wake?.()
      await running
    },
  }
}
