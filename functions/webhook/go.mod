module github.com/open-craft/ocim/functions/webhook

go 1.26.0

require (
	github.com/open-craft/ocim/shared v0.0.0
	github.com/openfaas/templates-sdk/go-http v0.0.0-20220408082716-5981c545cb03
)

require github.com/stretchr/testify v1.12.1 // indirect

replace github.com/open-craft/ocim/shared => ../../shared
