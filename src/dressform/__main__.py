from dressform.cli.program import main

main()
