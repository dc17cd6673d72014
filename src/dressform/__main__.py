from dressform.cli import main

main()
