module github.com/open-craft/ocim/functions/sync

go 1.26.0

require github.com/open-craft/ocim/shared v0.0.0

replace github.com/open-craft/ocim/shared => ../../shared
