import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { router } from './routes.tsx'
import { startWorker } from './installed.ts'
import { applyLook } from './shell/look.ts'
import './style.css'

applyLook()
startWorker()
const client = new QueryClient({
  defaultOptions: {
    // Whether there is a network is found out by asking: the service worker may know the last answer,
    // and what is pressed without one fails at once. It is never sent later by itself.
    queries: { staleTime: 2_000, retry: 1, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
})
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
