import '@/theme/variables.css';
import '@/theme/global.css';
import '@/theme/layout.css';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { session } from '@/api/client';
import { createOcimRouter } from './router';

const router = createOcimRouter({ session });
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    <RouterProvider router={router} />
  </StrictMode>,
);
