import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/_app/clusters/')({ component: () => <p>soon</p> });
