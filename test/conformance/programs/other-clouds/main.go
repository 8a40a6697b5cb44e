// Lists a bucket once a second, with the Go library of Google or of AWS.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"
)

// A lister lists the bucket once.
type lister func(ctx context.Context) error

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	seconds, err := strconv.ParseFloat(os.Getenv("PLAY_SECONDS"), 64)
	if err != nil {
		return err
	}
	makers := map[string]func(context.Context) (lister, error){"google": googleLister, "aws": awsLister}
	list, err := makers[os.Args[1]](ctx)
	if err != nil {
		return err
	}
	until := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	for {
		if err := list(ctx); err != nil {
			return err
		}
		time.Sleep(time.Second)
		if time.Now().After(until) {
			return nil
		}
	}
}
