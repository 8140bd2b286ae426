import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/_app/clusters/$cluster/deploy')({ component: () => <p>soon</p> });
