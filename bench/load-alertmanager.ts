/** The same load for Alertmanager's own API: one alert a request. */
import { Agent, request } from 'node:http'

type Load = { port: number; connections: number; requests: number; prefix: string }

process.on('message', (load: Load) => {
  const agent = new Agent({ keepAlive: true, maxSockets: load.connections })
  const times: number[] = []
  let next = 0
  let refused = 0
  const began = performance.now()
  const cpu = process.cpuUsage()
  const one = async (): Promise<void> => {
    while (next < load.requests) {
      const body = JSON.stringify([
        {
          labels: { alertname: 'Bench', instance: `${load.prefix}${next}` },
          annotations: { summary: 'bench' },
        },
      ])
      next += 1
      const sentAt = performance.now()
      await new Promise<void>((done, fail) => {
        const outgoing = request(
          {
            port: load.port,
            host: '127.0.0.1',
            method: 'POST',
            path: '/api/v2/alerts',
            agent,
            headers: {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(body),
            },
          },
          (incoming) => {
            if (incoming.statusCode !== 200) refused += 1
            incoming.resume()
            incoming.on('end', done)
          },
        )
        outgoing.on('error', fail)
        outgoing.end(body)
      })
      times.push(performance.now() - sentAt)
    }
  }
  void Promise.all(Array.from({ length: load.connections }, one)).then(() => {
    const used = process.cpuUsage(cpu)
    const sorted = times.sort((a, b) => a - b)
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0
    process.send?.({
      seconds: (performance.now() - began) / 1_000,
      p50: at(0.5),
      p99: at(0.99),
      max: sorted.at(-1) ?? 0,
      refused,
      cpuSeconds: (used.user + used.system) / 1e6,
    })
  })
})
