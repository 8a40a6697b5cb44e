// Reads the subscription once a second with one of the credentials of azidentity, or with an
// authorizer of hashicorp/go-azure-sdk, which the Terraform providers sign in with.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"
)

// A reader reads the subscription once.
type reader func(ctx context.Context) error

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	seconds, err := strconv.Atoi(os.Getenv("PLAY_SECONDS"))
	if err != nil {
		return err
	}
	read, err := readerOf(os.Args[1])
	if err != nil {
		return err
	}
	ctx := context.Background()
	until := time.Now().Add(time.Duration(seconds) * time.Second)
	for time.Now().Before(until) {
		if err := read(ctx); err != nil {
			return err
		}
		time.Sleep(time.Second)
	}
	return nil
}

func readerOf(name string) (reader, error) {
	switch name {
	case "authorizer":
		return authorizerReader("ARM_", "")
	case "alias":
		return authorizerReader("TF_VAR_hub_", "lower")
	default:
		return credentialReader(name)
	}
}
