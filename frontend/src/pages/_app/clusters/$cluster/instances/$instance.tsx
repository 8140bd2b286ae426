import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/_app/clusters/$cluster/instances/$instance')({ component: () => <p>soon</p> });
