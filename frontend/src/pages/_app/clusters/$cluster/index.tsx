import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/_app/clusters/$cluster/')({ component: () => <p>soon</p> });
